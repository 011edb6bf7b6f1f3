"""Names of libraries of distributions."""

from __future__ import annotations

from klcli.names.libraries import DISTRIBUTIONS_CALLED, DISTRIBUTIONS_MODULE


def test_paths_and_short_names() -> None:
    assert DISTRIBUTIONS_MODULE.says("tensorflow_probability.substrates.jax")
    assert not DISTRIBUTIONS_MODULE.says("torch.nn")
    assert DISTRIBUTIONS_CALLED.says("tfd")
    assert not DISTRIBUTIONS_CALLED.says("d")

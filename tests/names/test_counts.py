"""What names say that they count."""

from __future__ import annotations

import pytest

from klcli.names.counts import count_of, is_dimension


@pytest.mark.parametrize(
    ("name", "powers"),
    [("batch_size", (1, 0)), ("B", (1, 0)), ("latent_dim", (0, 1)), ("d", (0, 1)), ("n", None), ("K", None)],
)
def test_counts(name: str, powers: tuple[int, int] | None) -> None:
    assert count_of(name) == powers


def test_dimensions() -> None:
    names = ("d", "k", "latent_dim", "z_dim", "n_latent", "dim", "args_num_topics", "emb_size")
    assert all(map(is_dimension, names))
    assert not any(map(is_dimension, ("beta", "mu", "logvar", "BCE")))

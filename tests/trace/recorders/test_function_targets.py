"""What a target names, and which framework's arrays it is called with."""

from __future__ import annotations

import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest

from klcli.trace.recorders.frameworks import RefusedError
from klcli.trace.recorders.function_targets import called

pytest.importorskip("torch")

MODULE = """
import torch
import helper


def through_a_helper(mu, var):
    return 0.5 * (mu**2 + var - 1).sum() - 0.5 * helper.logarithm(var).sum()


def of_torch(mu, logvar):
    return 0.5 * torch.sum(mu**2 + logvar.exp() - 1 - logvar)


def out_of_torch(mu, logvar):
    m, s = mu.detach().numpy(), logvar.detach().numpy()
    return torch.tensor(float((m**2 + helper.exponential(s) - 1 - s).sum() / 2))


def of_neither(mu, logvar):
    return mu.nothing()
"""
HELPER = """
def logarithm(v):
    import numpy
    return numpy.log(v)


def exponential(v):
    import numpy
    return numpy.exp(v)
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mixed_losses.py").write_text(textwrap.dedent(MODULE))
    (tmp_path / "helper.py").write_text(textwrap.dedent(HELPER))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("mixed_losses", "helper"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.parametrize(
    ("name", "framework", "said"),
    [("of_torch", "torch", ""), ("through_a_helper", "numpy", "numpy: with those of torch it failed")],
)
def test_the_arrays_are_those_with_which_a_function_can_be_called(
    name: str, framework: str, said: str
) -> None:
    document = called(f"mixed_losses:{name}", [], {})
    assert document["framework"].startswith(framework)
    assert said in " ".join(document["warnings"])
    assert bool(document["warnings"]) == bool(said)


def test_what_fails_with_all_of_them_says_how() -> None:
    with pytest.raises(RefusedError) as caught:
        called("mixed_losses:of_neither", [], {})
    text, hint = map(str, caught.value.args)
    assert "mu of shape (4, 3), logvar of shape (4, 3): AttributeError: 'Tensor'" in text
    assert "; with arrays of numpy: " in text
    assert "--arg" in hint


def test_what_leaves_the_framework_is_called_as_a_whole_and_entry_by_entry() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # that exp(100) is infinite in short precisions is no news
        document = called("mixed_losses:out_of_torch", [], {})
    whole: dict[str, Any] = document["called"]
    assert (whole["name"], whole["shape"]) == ("out_of_torch", [])
    assert [one["shape"] for one in whole["given"].values()] == [[4, 3], [4, 3]]
    assert document["probes"][0]["given"] == document["probes"][-1]["given"]
    node = document["nodes"][document["losses"][0]["node"]]
    assert node["place"][2] == "out_of_torch"

"""Tensors that are made of no other: constants and noise as nodes."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.notes import Node  # noqa: E402
from klcli.trace.recorders.pytorch.constants_and_noise import source  # noqa: E402

OUT = torch.zeros(2, 3, dtype=torch.float64)
X = Node("leaf", (), (2, 3), "float64", True)


@pytest.mark.parametrize(
    ("name", "given", "named", "value"),
    [
        ("zeros", [(2, 3)], {}, 0),
        ("ones_like", [X], {}, 1),
        ("zeros_like", [X], {}, 0),
        ("new_zeros", [X, (2, 3)], {}, 0),
        ("ones", [(2, 3)], {}, 1),
        ("new_full", [X, 3, 0.25], {"fill_value": 0.5}, 0.5),
        ("new_ones", [X, (2, 3)], {}, 1),
        ("full", [(2, 3), 0.5], {}, 0.5),
        ("full_like", [X], {"fill_value": 4}, 4),
        ("tensor", [0.25], {}, 0.25),
        ("as_tensor", [], {"data": 7}, 7),
        ("scalar_tensor", [], {"s": 8}, 8),
    ],
)
def test_constants(name: str, given: list[Any], named: dict[str, Any], value: float) -> None:
    found = source(name, OUT, given, named)
    assert found is not None
    assert (found.op, found.args) == ("full", (value,))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("randn", "randn"),
        ("randn_like", "randn"),
        ("rand", "rand"),
        ("rand_like", "rand"),
        ("uniform", "rand"),
    ],
)
def test_noise(name: str, kind: str) -> None:
    found = source(name, OUT, [], {})
    assert found is not None
    assert (found.op, found.more["kind"]) == ("noise", kind)


@pytest.mark.parametrize(
    ("given", "named"), [([], {}), ([0, 1], {}), ([], {"mean": 0, "std": 1}), ([0.0], {"std": 1.0})]
)
def test_standard_normal_noise(given: list[Any], named: dict[str, Any]) -> None:
    found = source("normal", OUT, given, named)
    assert found is not None
    assert (found.op, found.shape, found.dtype, found.grad) == ("noise", (2, 3), "float64", False)


@pytest.mark.parametrize(
    ("given", "named", "mean", "std"),
    [([X, 2.0], {}, X, 2.0), ([0, X], {}, 0, X), ([3], {"std": 1}, 3, 1), ([], {"mean": X}, X, 1)],
)
def test_normal_noise_has_its_mean_and_its_spread(
    given: list[Any], named: dict[str, Any], mean: Any, std: Any
) -> None:
    found = source("normal", OUT, given, named)
    assert found is not None
    assert found.op == "add"
    first, second = found.args
    assert first == mean
    assert (second.op, second.args[0], second.args[1].op) == ("mul", std, "noise")


@pytest.mark.parametrize(
    ("name", "given"),
    [("exp", [X]), ("full", [(2, 3), X]), ("tensor", [[1.0, 2.0]]), ("normal", ["size", 1])],
)
def test_anything_else_is_none(name: str, given: list[Any]) -> None:
    assert source(name, OUT, given, {}) is None

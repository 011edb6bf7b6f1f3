"""Calls that compute several operations: torch and numpy give the same values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.composed import COMPOSED
from klcli.formula.read.identifiers import OTHER_TERM
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

RANDOM = np.random.default_rng(3)
GIVEN = {name: RANDOM.uniform(0.3, 2.5, (4, 3)) for name in ("x", "y")} | {
    "mask": np.array([[1.0, 0.0, 1.0]] * 4)
}


def evaluated(text: str) -> Any:
    symbols = {name: Array(array.shape, array.ravel().tolist()) for name, array in GIVEN.items()}
    found = evaluate_arrays(read_program(text, "python").arrays, symbols)
    return np.array(found.values).reshape(found.shape)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("torch.addcdiv(x, y, x + 1, value=0.5)", lambda g: g["x"] + 0.5 * g["y"] / (g["x"] + 1)),
        ("torch.rsub(x, y)", lambda g: g["y"] - g["x"]),
        ("torch.sub(x, y, alpha=3)", lambda g: g["x"] - 3 * g["y"]),
        ("x.add(y, alpha=2)", lambda g: g["x"] + 2 * g["y"]),
        ("F.softplus(x, beta=2)", lambda g: np.log1p(np.exp(2 * g["x"])) / 2),
        ("F.softplus(x, beta=2, threshold=20)", lambda g: np.log1p(np.exp(2 * g["x"])) / 2),
        ("F.softplus(x, 2)", lambda g: np.log1p(np.exp(2 * g["x"])) / 2),
        ("F.softplus(x, threshold=20)", lambda g: np.log1p(np.exp(g["x"]))),
        ("np.linalg.norm(x)", lambda g: np.linalg.norm(g["x"])),
        ("torch.norm(x, 2, 1)", lambda g: np.linalg.norm(g["x"], axis=1)),
        ("x.norm(p=2, dim=1, keepdim=True)", lambda g: np.linalg.norm(g["x"], axis=1, keepdims=True)),
        ("torch.where(mask, x, 0)", lambda g: np.where(g["mask"] == 1, g["x"], 0)),
        ("torch.where(mask, x, y)", lambda g: np.where(g["mask"] == 1, g["x"], g["y"])),
        ("np.einsum('bd,bd->b', x, y)", lambda g: np.einsum("bd,bd->b", g["x"], g["y"])),
        ("np.einsum('bd->d', x)", lambda g: np.einsum("bd->d", g["x"])),
        ("np.einsum('ij,ij', x, y)", lambda g: np.einsum("ij,ij", g["x"], g["y"])),
        ("np.einsum('bd', x)", lambda g: g["x"]),
        ("np.einsum('bd,bd->', x, y)", lambda g: np.einsum("bd,bd->", g["x"], g["y"])),
        ("F.mse_loss(x, torch.zeros_like(x))", lambda g: np.mean(g["x"] ** 2)),
        ("F.mse_loss(torch.zeros_like(x), x, reduction='sum')", lambda g: np.sum(g["x"] ** 2)),
        ("F.mse_loss(x, torch.zeros_like(x), reduction='none')", lambda g: g["x"] ** 2),
        ("math.prod(x.shape) + 0*x", lambda g: np.full(g["x"].shape, float(np.prod(g["x"].shape)))),
        ("np.prod(x.size()) + 0*x", lambda g: np.full(g["x"].shape, float(np.prod(g["x"].shape)))),
        ("self.add_loss(x)", lambda g: g["x"]),
    ],
)
def test_values(text: str, truth: Any) -> None:
    found = evaluated(text)
    assert found.shape == np.shape(truth(GIVEN))
    np.testing.assert_allclose(found, truth(GIVEN), rtol=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "torch.norm(x, 1)",
        "np.linalg.norm(x, ord=np.inf)",
        "F.softplus(x, beta=1, threshold=1)",
        "F.softplus(x, 1, 2)",
        "F.softplus(x, threshold=5)",
        "torch.where(x > 0, x, y)",
        "np.einsum('bd,dk->bk', x, y)",
    ],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read_program(text, "python")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse_loss", True),
        ("binary_cross_entropy_with_logits", True),
        ("reconstruction_loss", True),
        ("kl_loss", False),
        ("exp", False),
    ],
)
def test_names_of_losses(name: str, expected: bool) -> None:
    assert OTHER_TERM.says(name) is expected


def test_the_table_names_functions() -> None:
    assert all(name.isidentifier() for row in COMPOSED for name in row.names)

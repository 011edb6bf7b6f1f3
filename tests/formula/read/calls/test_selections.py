"""Entries that masks and slices take out of arrays, against numpy's own."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

X = np.arange(1.0, 13.0).reshape(4, 3) ** 1.3
ENTRIES = (np.arange(12) % 5 != 1).reshape(4, 3)
ROWS = np.array([True, False, True, True])


def read(text: str, mask: np.ndarray) -> float:
    """The value of a text in which x is an array, and every other symbol the mask."""
    tree = read_program(text, "python").arrays
    given = {name: X if name == "x" else mask.astype(float) for name in free_symbols(tree)}
    found = evaluate_arrays(tree, {name: Array(a.shape, a.ravel().tolist()) for name, a in given.items()})
    (value,) = found.values
    return float(value)


@pytest.mark.parametrize(
    ("text", "mask", "truth"),
    [
        ("y = x**2\ny[mask].sum()", ENTRIES, (X**2)[ENTRIES].sum()),
        ("y = x**2\ny[mask].mean()", ENTRIES, (X**2)[ENTRIES].mean()),
        ("y = x**2\ny[mask.bool()].mean()", ENTRIES, (X**2)[ENTRIES].mean()),
        ("y = x.sum(1)\n(y[keep] - 1).mean()", ROWS, (X.sum(1)[ROWS] - 1).mean()),
        ("y = x**2\nz = y[keep > 0]\nz = z.sum(-1)\nz.mean()", ROWS, (X**2)[ROWS].sum(-1).mean()),
        ("torch.masked_select(x, mask).mean()", ENTRIES, X[ENTRIES].mean()),
        ("tf.reduce_sum(tf.boolean_mask(x, mask))", ENTRIES, X[ENTRIES].sum()),
        ("x.masked_fill(~mask, 0).sum()", ENTRIES, X[ENTRIES].sum()),
        ("x.masked_fill(pad_mask, 0.0).sum() / (~pad_mask).sum()", ENTRIES, X[~ENTRIES].mean()),
        ("x.masked_fill(mask, 0).sum() / mask.sum()", ENTRIES, X[~ENTRIES].sum() / ENTRIES.sum()),
        ("y = x**2\ny[~mask].sum() / mask.sum()", ENTRIES, (X**2)[~ENTRIES].sum() / ENTRIES.sum()),
        ("y = x**2\nm = ~mask\ny[m].sum() / mask.sum()", ENTRIES, (X**2)[~ENTRIES].sum() / ENTRIES.sum()),
        ("y = x**2\ny[mask == 0].sum() / mask.sum()", ENTRIES, (X**2)[~ENTRIES].sum() / ENTRIES.sum()),
        ("y = x.sum(1)\ny[keep].sum() / keep.sum()", ROWS, X.sum(1)[ROWS].mean()),
        ("y = x.sum(1)\ny = y[~keep]\ny.sum() / len(y)", ROWS, X.sum(1)[~ROWS].mean()),
        ("np.compress(keep, x.sum(1)).mean()", ROWS, X.sum(1)[ROWS].mean()),
        ("np.compress(mask, x).mean()", ENTRIES.ravel(), X.ravel()[ENTRIES.ravel()].mean()),
        ("y = x**2\ny[..., mask].sum()", np.arange(3) < 2, (X**2)[..., :2].sum()),
        ("np.compress(keep, x, axis=0).sum(-1).mean()", ROWS, X[ROWS].sum(-1).mean()),
        ("torch.masked_select(x, mask[:, None]).mean()", ROWS, X[ROWS].mean()),
        ("y = x**2\ny[keep].sum() / len(y[keep])", ROWS, (X**2)[ROWS].sum() / 3),
        ("y = x**2\ny[mask].sum() / y[mask].numel()", ROWS, (X**2)[ROWS].mean()),
        ("y = x**2\ny[mask].sum() / y[mask].size", ENTRIES, (X**2)[ENTRIES].mean()),
        ("x[mask].mean()", ENTRIES, X[ENTRIES].mean()),
        ("x.masked_fill(mask, 3).sum()", ENTRIES, np.where(ENTRIES, 3, X).sum()),
        ("np.average(x, weights=mask)", ENTRIES, np.average(X, weights=ENTRIES)),
        ("np.mean(x, where=mask)", ENTRIES, np.mean(X, where=ENTRIES)),
        ("np.mean(x, where=mask[:, None])", ROWS, np.mean(X, where=ROWS[:, None])),
        ("np.sum(x, axis=1, where=mask).mean()", ENTRIES, np.sum(X, axis=1, where=ENTRIES).mean()),
        ("y = x**2\ny[:, :k].sum(-1).mean()", np.arange(3) < 2, (X**2)[:, :2].sum(-1).mean()),
        ("y = x**2\ny[:, :k].mean(-1).mean()", np.arange(3) < 2, (X**2)[:, :2].mean()),
    ],
)
def test_what_is_summed_of_taken_entries(text: str, mask: np.ndarray, truth: float) -> None:
    assert read(text, mask) == pytest.approx(truth, rel=1e-12)


def test_entries_have_the_formula_of_all() -> None:
    assert read_program("y = x**2\ny[mask]").tree == read_program("x**2").tree
    assert read_program("x[mask]**2 + y[~mask]").tree == read_program("x**2 + y").tree


def test_what_takes_entries_may_know_how_many_there_are() -> None:
    for mask in (
        "torch.randperm(len(y))[:k]",
        "torch.arange(y.size(0))",
        "torch.bernoulli(torch.ones_like(y))",
    ):
        assert read_program(f"y = x**2\ny[{mask}]").tree == read_program("x**2").tree


def test_a_weight_may_be_chosen_by_the_kl() -> None:
    text = "y = x**2\nbeta = 2.0 if y > 1 else 0.5\nbeta * y"
    assert read_program(text, "python").arrays == read_program("beta * x**2").arrays


def test_entries_of_what_a_network_puts_out_are_a_symbol() -> None:
    tree = read_program("h = self.net(x)\nh[:, :2] + h[mask]", "python").tree
    assert len(free_symbols(tree)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "y = x**2\ny[0].sum()",
        "y = x**2\ny[:, 1].sum()",
        "x.masked_fill(mask, other)",
        "x.masked_fill(mask)",
        "y = x**2\nz = y - 1\n(y[1:] + z[:-1]).mean()",
        "y = x**2\ny[mask] + y[valid]",
        "x[mask] + x[valid]",
        "y = x**2\nm = (y > 1).bool()\ny[m].mean()",
        "y = x**2\ny[y > 1].mean()",
        "y = x**2\nmask = x > 1\ny[~mask].mean()",
        "y = _x**2\ny[_x > 1].mean()",
        "y = σ**2\nmask = σ > 1\ny[mask].mean()",
        "x.masked_fill(x < 1, 0).mean()",
        "y = x**2\nmask = (y > 1).float()\n(y * mask).sum() / mask.sum()",
    ],
)
def test_what_is_not_followed(text: str) -> None:
    with pytest.raises(FormulaError, match=r"not followed|not a known function"):
        read_program(text, "python")


def test_places_of_each_axis_take_the_entries_that_they_say_together() -> None:
    rows, columns = np.array([0, 1, 3]), np.array([2, 2, 0])
    taken = np.zeros((4, 3), bool)
    taken[rows, columns] = True
    assert np.isclose(read("y = x**2\ny[rows, columns].mean()", taken), (X**2)[rows, columns].mean())


def test_places_of_some_axes_beside_whole_ones_are_not_followed() -> None:
    with pytest.raises(FormulaError, match="takes is not followed"):
        read_program("y = x**2\ny[rows, :, columns].mean()", "python")

"""Shapes and lengths of arrays, as numpy has them."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.shapes import new_axes
from klcli.formula.tree import Stop, Symbol
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

X = np.arange(1.0, 13.0).reshape(4, 3)


def shape(text: str) -> tuple[int, ...]:
    symbols = {"x": Array(X.shape, X.ravel().tolist())}
    return evaluate_arrays(read_program(text, "python").arrays, symbols).shape


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x.unsqueeze(0)", (1, 4, 3)),
        ("np.expand_dims(x, -1)", (4, 3, 1)),
        ("x.unsqueeze(1).squeeze(1)", (4, 3)),
        ("x.unsqueeze(1).squeeze()", (4, 3)),
    ],
)
def test_shapes(text: str, truth: tuple[int, ...]) -> None:
    assert shape(text) == truth


def test_a_tensor_made_of_another_one_has_no_gradient() -> None:
    first = read_program("torch.tensor(x, requires_grad=True)", "python").arrays
    assert first == Symbol("x")
    for text in (
        "torch.tensor(x)",
        "torch.tensor(x.exp(), requires_grad=True)",
        "s = x.sum()\ntorch.tensor(s)",
        "torch.tensor(x**2 - y)",
        "x.new_tensor(x**2)",
    ):
        assert isinstance(read_program(text, "python").arrays, Stop)
    assert not isinstance(read_program("torch.tensor(np.log(x))", "python").arrays, Stop)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x.numel()", 12),
        ("np.size(x)", 12),
        ("x.size(1)", 3),
        ("len(x)", 4),
        ("x.shape[0]", 4),
        ("torch.ones(3)", 1),
        ("torch.zeros_like(x).sum()", 0),
        ("torch.ones_like(x).sum()", 12),
        ("torch.ones(x.shape).sum()", 12),
        ("torch.ones(x.size(0), 1).sum()", 4),
        ("torch.tensor([2.5])", 2.5),
        ("x.new_tensor(3)", 3),
        ("K.epsilon()", 1e-7),
    ],
)
def test_numbers(text: str, truth: float) -> None:
    found = evaluate_arrays(
        read_program(f"{text} + 0 * x.sum()", "python").arrays,
        {"x": Array(X.shape, X.ravel().tolist())},
    )
    assert [float(value) for value in found.values] == [truth]


@pytest.mark.parametrize(
    "index",
    [
        ":, None",
        "None",
        "..., None",
        ":, None, :",
        "None, ..., None",
        "..., None, None",
        "..., None, :",
        "None, :, None",
    ],
)
def test_new_axes_are_those_of_numpy(index: str) -> None:
    array = np.zeros((2, 3))
    entry = ast.parse(f"x[{index}]", mode="eval").body
    assert isinstance(entry, ast.Subscript)
    found = array
    for place in new_axes(entry.slice):
        found = np.expand_dims(found, place)
    assert found.shape == eval(f"x[{index}]", {"x": array}).shape


@pytest.mark.parametrize("index", [":", "0", ":, 0, None", ":3, None", "i, None", "..., ..., None"])
def test_what_takes_entries_puts_no_axis_in(index: str) -> None:
    entry = ast.parse(f"x[{index}]", mode="eval").body
    assert isinstance(entry, ast.Subscript)
    assert new_axes(entry.slice) == []

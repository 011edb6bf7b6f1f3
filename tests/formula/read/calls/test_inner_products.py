"""Inner products and sums of products, as torch has them."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize("text", ["torch.dot(x, y)", "x @ y", "np.inner(x, y)", "x.matmul(y)"])
def test_inner_products(text: str) -> None:
    assert to_text(read_program(text, "python").arrays) == "x @ y"


@pytest.mark.parametrize("axes", [2, ((0, 1), (0, 1))])
def test_tensordot_over_all_axes(axes: object) -> None:
    x, y = np.arange(6.0).reshape(2, 3), np.arange(2.0, 8.0).reshape(2, 3)
    symbols = {name: Array(array.shape, array.ravel().tolist()) for name, array in (("x", x), ("y", y))}
    found = evaluate_arrays(read_program(f"np.tensordot(x, y, axes={axes})", "python").arrays, symbols)
    assert found.values == [np.tensordot(x, y, axes=axes)]


def test_tensordot_of_vectors_and_of_other_axes() -> None:
    assert to_text(read_program("tf.tensordot(x, y, [[0], [0]])", "python").arrays) == "x @ y"
    with pytest.raises(FormulaError):
        read_program("tf.tensordot(x, y, [[1], [0]])", "python")
    with pytest.raises(FormulaError, match="tensordot"):  # the products of all rows with all
        read_program("np.tensordot(x, y, axes=([1], [1]))", "python")


@pytest.mark.parametrize(
    ("text", "value"), [("torch.addcmul(a, b, c)", 7.0), ("a.addcmul(b, c, value=-2)", -11.0)]
)
def test_sums_of_products(text: str, value: float) -> None:
    assert evaluate(read_program(text, "python").tree, {"a": 1.0, "b": 2.0, "c": 3.0}, Doubles()) == value


def test_other_arguments_are_refused() -> None:
    with pytest.raises(FormulaError, match="out= is not understood"):
        read_program("torch.addcmul(a, b, c, out=d)", "python")

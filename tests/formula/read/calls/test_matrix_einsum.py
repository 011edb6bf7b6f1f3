"""Sums over indices: numpy computes the same."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_as_matrices
from klcli.formula.read.calls.matrix_einsum import outer, transposed
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.tree import MatrixProduct, Symbol
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("pattern", "operands", "plain"),
    [
        ("ij,ji->", "A, B", "tr(A @ B)"),
        ("ii", "A", "tr(A)"),
        ("ab,bc->ac", "A, B", "A @ B"),
        ("i,ij,j->", "m, A, m", "sum(m * (A @ m))"),
        ("i,j->ij", "m, n", "m @ n"),
    ],
)
def test_patterns(pattern: str, operands: str, plain: str) -> None:
    found = read_as_matrices(f"np.einsum('{pattern}', {operands})", "python")
    assert to_text(found.arrays) == plain


@pytest.mark.parametrize("text", ["np.einsum('ij,jk->ki', A, B)", "np.einsum('ii', A, B)", "np.einsum(p, A)"])
def test_others_are_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="einsum"):
        read_as_matrices(text, "python")


def test_the_outer_product_is_a_column_times_a_row() -> None:
    m, n = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    assert outer(Symbol("m"), Symbol("n")) == MatrixProduct(Symbol("m"), transposed(Symbol("n")))
    assert (np.outer(m, n) == m[:, None] @ n[None, :]).all()

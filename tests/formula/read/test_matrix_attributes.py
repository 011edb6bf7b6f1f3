"""Matrices without a call: attributes, subscripts, pairs."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.program_reader import read_as_matrices
from klcli.formula.read.matrix_attributes import is_decomposition, parts_of
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("np.linalg.slogdet(S)[1]", "logdet(S)"),
        ("torch.slogdet(S).logabsdet", "logdet(S)"),
        ("torch.trace(A.H @ B)", "tr(A @ B)"),
        ("torch.trace(S) + mu[:, None].T @ mu[:, None]", "tr(S) + mu @ mu"),
    ],
)
def test_values(text: str, plain: str) -> None:
    assert to_text(read_as_matrices(text, "python").arrays) == plain


def test_entries_are_refused() -> None:
    with pytest.raises(FormulaError, match="entries of a matrix"):
        read_as_matrices("torch.trace(S) + S[0, 1]", "python")


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def test_parts() -> None:
    assert [ast.unparse(part) for part in parts_of(parsed("slogdet(S)"))] == ["ones_like()", "logdet(S)"]
    assert parts_of(parsed("slogdet(S)"), of_matrices=False) == []
    assert len(parts_of(parsed("(a, b)"))) == 2


@pytest.mark.parametrize(
    ("text", "expected"), [("np.linalg.eigh(S)", True), ("S.inverse()", True), ("net(x)", False)]
)
def test_decompositions(text: str, expected: bool) -> None:
    assert is_decomposition(parsed(text)) is expected

"""Inner products of vectors."""

from __future__ import annotations

import ast

from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, row
from klcli.formula.tree import MatrixProduct, Tree


def inner_product(reader: CallReader, left: ast.expr, right: ast.expr) -> Tree:
    """The inner product of two vectors, and what ``@`` is for arrays of more axes.

    Args:
        reader: of the text.
        left: the first operand.
        right: the second one.
    """
    return MatrixProduct(reader.tree(left), reader.tree(right))


def _inner(reader: CallReader, call: Invocation) -> Tree | None:
    return inner_product(reader, *call.arguments) if len(call.arguments) == 2 else None


INNER_PRODUCTS: tuple[CallRow, ...] = (
    row("dot matmul inner vdot", "x, y", "the inner product, which @ is too", _inner, build=MatrixProduct),
)

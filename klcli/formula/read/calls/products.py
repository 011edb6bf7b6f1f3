"""Inner products of vectors, and sums of products."""

from __future__ import annotations

import ast

from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, row
from klcli.formula.tree import MatrixProduct, Tree, operation

__all__ = ["PRODUCTS", "inner_product"]


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


def _added_product(reader: CallReader, call: Invocation) -> Tree | None:
    """torch's ``addcmul(a, b, c, value=1)``: a + value * b * c."""
    if len(call.arguments) != 3:
        return None
    first, *factors = map(reader.tree, call.arguments)
    product = operation("*", *factors)
    for entry in call.node.keywords:
        if entry.arg != "value":
            raise reader.error(f"{entry.arg or '**'}= is not understood here", call.node)
        product = operation("*", reader.tree(entry.value), product)
    return operation("+", first, product)


PRODUCTS: tuple[CallRow, ...] = (
    row("dot matmul inner vdot", "x, y", "the inner product, which @ is too", _inner, build=MatrixProduct),
    row(
        "addcmul",
        "a, b, c",
        "a + value * b * c, for a value of 1 unless another one is given",
        _added_product,
        build=lambda a, b, c: operation("+", a, operation("*", b, c)),
    ),
)

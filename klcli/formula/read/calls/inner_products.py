"""Inner products of vectors."""

from __future__ import annotations

import ast

from klcli.formula.read.ast_parts import literal
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, row
from klcli.formula.tree import MatrixProduct, Reduction, Tree, operation


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


_SAME_AXES = {"0": 1, "0, 1": 2, "1, 0": 2}
"""How many axes are summed over, where all that there are; the second of two alone makes a matrix."""


def _tensordot(reader: CallReader, call: Invocation) -> Tree | None:
    """The sum of products over the same axes of both, of vectors over their only one; None for any other."""
    given = [*call.arguments[2:], *keywords_of(call, "axes", "dims")]
    axes = literal(given[0]) if given else 2
    if isinstance(axes, tuple | list) and len(axes) == 2 and axes[0] == axes[1]:
        axes = _SAME_AXES.get(str(axes[0]).strip("[](),"))
    if len(call.arguments) < 2 or axes not in (1, 2):
        return None
    left, right = map(reader.tree, call.arguments[:2])
    if axes == 1:
        return MatrixProduct(left, right)
    return Reduction("sum", "", operation("*", left, right), (0, 1))


INNER_PRODUCTS: tuple[CallRow, ...] = (
    row("dot matmul inner vdot", "x, y", "the inner product, which @ is too", _inner, build=MatrixProduct),
    row("tensordot", "x, y, axes", "the sum of products over common axes", _tensordot, is_sure=False),
)

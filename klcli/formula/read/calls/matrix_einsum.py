"""Sums over indices of matrices and vectors: traces, forms and products: ``einsum("ij,ji->", A, B)``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from klcli.formula.read.calls.row import CallReader, Invocation
from klcli.formula.tree import MatrixCall, MatrixProduct, Reduction, Reshape, Tree, operation


def transposed(tree: Tree) -> Tree:
    """A matrix with rows for columns."""
    return Reshape(tree, "transpose")


def outer(left: Tree, right: Tree) -> Tree:
    """The outer product of two vectors."""
    return MatrixProduct(left, transposed(right))


def _trace_of_product(left: Tree, right: Tree) -> Tree:
    return MatrixCall("trace", MatrixProduct(left, right))


def _summed(left: Tree, right: Tree) -> Tree:
    return Reduction("sum", "", operation("*", left, right))


def _form(left: Tree, matrix: Tree, right: Tree) -> Tree:
    return _summed(left, MatrixProduct(matrix, right))


_LETTERS = "ijklmnop"
"""More than any pattern below has; those of one with more again and again, which is none of them."""
_FORMS: Mapping[str, tuple[int, Callable[..., Tree]]] = {
    **dict.fromkeys(("i,i->", "i,i", "ij,ij->", "ij,ij"), (2, _summed)),
    **dict.fromkeys(("ij,ji->", "ij,ji"), (2, _trace_of_product)),
    **dict.fromkeys(("ii->", "ii"), (1, lambda matrix: MatrixCall("trace", matrix))),
    **dict.fromkeys(("i,ij,j->", "i,ij,j"), (3, _form)),
    **dict.fromkeys(("ij,jk->ik", "ij,j->i"), (2, MatrixProduct)),
    "i,j->ij": (2, outer),
}
"""How many arrays a pattern has, in the letters of `_canonical`, and what it computes of them."""


def matrix_einsum(reader: CallReader, call: Invocation) -> Tree | None:
    """The trace, form or product that a pattern says; None where there are no arrays."""
    if len(call.arguments) < 2:
        return None
    pattern, *arrays = call.arguments
    written = pattern.value if isinstance(pattern, ast.Constant) else None
    form = _FORMS.get(_canonical(written)) if isinstance(written, str) else None
    if form is None or len(arrays) != form[0]:
        raise reader.error("this einsum is not understood", call.node, "write it with @ and trace")
    return form[1](*map(reader.tree, arrays))


def _of_one(pattern: str) -> str:
    """A pattern without the axis of examples, which is the first of every array and of what is computed."""
    inputs, arrow, output = pattern.partition("->")
    parts = [*inputs.split(","), output]
    first = parts[0][:1]
    if not (arrow and first.isalpha() and all(part.startswith(first) for part in parts)):
        return pattern
    *own, result = (part[1:] for part in parts)
    return f"{','.join(own)}->{result}"


def _canonical(pattern: str) -> str:
    """An einsum's pattern of one example, with the letters i, j, k in the order in which they appear."""
    names: dict[str, str] = {}
    plain = _of_one(pattern.replace(" ", "").replace("...", ""))
    return "".join(
        names.setdefault(sign, _LETTERS[len(names) % len(_LETTERS)]) if sign.isalpha() else sign
        for sign in plain
    )

"""Functions that are applied to the rows of arrays, ``jax.vmap(f)(mu, logvar)``, or are only run faster."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.callee import called, stops_gradients
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, row
from klcli.formula.read.decorators import maps_rows
from klcli.formula.traversal import remade, walk
from klcli.formula.tree import Length, MatrixProduct, Reduction, Reshape, Tree
from klcli.values import replace

_WRAPPERS = frozenset(("vmap", "jit", "filter_jit", "filter_vmap", "function", "compile"))
"""What makes a function of a function; of these `vmap` alone changes what is computed."""
_ROWS = "vmap_of_rows"
"""The name of a call that stands for one of a function of `vmap`: its argument is computed of each row."""


def is_wrapper(node: ast.Call) -> bool:
    """Whether a call makes a function of its only argument, for the first axis of all of its arguments."""
    return (
        called(node) in _WRAPPERS
        and len(node.args) == 1
        and all(
            entry.arg in ("in_axes", "out_axes", "in_dims") and _is_first(entry.value)
            for entry in node.keywords
        )
    )


def _is_first(axes: ast.expr) -> bool:
    entries = axes.elts if isinstance(axes, ast.Tuple | ast.List) else [axes]
    return all(isinstance(entry, ast.Constant) and entry.value == 0 for entry in entries)


def decorated(body: ast.expr, decorators: Sequence[ast.expr], *, is_closed: bool) -> ast.expr | None:
    """What a function with decorators computes; None where that is not known.

    Args:
        body: what it computes without them.
        decorators: of the function, none of which is refused.
        is_closed: whether it depends on nothing but its arguments.
    """
    for one in reversed(decorators):
        if stops_gradients(one):
            stop = ast.copy_location(ast.Attribute(body, "detach", ast.Load()), body)
            body = ast.copy_location(ast.Call(stop, [], []), body)
        elif maps_rows(one):
            if not is_closed:
                return None
            body = rows_mapped(one, body)
    return body


def rows_mapped(node: ast.expr, body: ast.expr) -> ast.expr:
    """A call whose value is that of an expression for each row of the arrays in it.

    Args:
        node: `vmap`, or its call.
        body: the expression.
    """
    call = ast.Call(ast.copy_location(ast.Name(_ROWS, ast.Load()), node), [body], [])
    return ast.copy_location(call, node)


def _mapped(reader: CallReader, call: Invocation) -> Tree:
    """Sums of a row, which keep their axis as long as what is left of the row may stand beside them."""
    tree = reader.tree(call.arguments[0])
    sums = [part for part in walk(tree) if isinstance(part, Reduction)]
    nested = any(isinstance(part, Reduction) for one in sums for part in walk(one.body))
    if nested or any(_needs_a_row(part) for part in walk(tree)):
        raise reader.error("what vmap does here is not followed", call.node, "write it for the whole batch")
    return Reshape(_of_rows(tree), "squeeze", -1) if sums else tree


def _needs_a_row(part: Tree) -> bool:
    """Whether a node means something else where its arrays have one axis more."""
    if isinstance(part, Reduction):
        return bool(part.index) or part.keepdim or not (part.axes is None or part.has_one_axis)
    return isinstance(part, Length | MatrixProduct | Reshape)


def _of_rows(part: Tree) -> Tree:
    match part:
        case Reduction(axes=None, body=body):
            return replace(part, body=Reshape(body, "flatten", 1), axes=(1,), keepdim=True)
        case Reduction(axes=(axis, *_)):
            behind = axis + 1 if isinstance(axis, int) and axis >= 0 else axis
            return replace(part, axes=(behind,), keepdim=True)
    return remade(part, _of_rows)


MAPPED: tuple[CallRow, ...] = (row(_ROWS, "f(x)", "f of each row of x", _mapped, is_sure=False),)

"""Sums, means and products over axes, and expectations."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fractions import Fraction

from klcli.formula.read.ast_parts import axes_in, is_all_but_first, is_true, literal
from klcli.formula.read.callee import called, whose_shape
from klcli.formula.read.calls.masks import mask_of
from klcli.formula.read.calls.row import (
    LABEL_NAMES,
    CallReader,
    CallRow,
    Invocation,
    keywords_of,
    row,
)
from klcli.formula.read.calls.shapes import axis_length
from klcli.formula.read.calls.types import has_integer_type, keeps_no_number
from klcli.formula.read.vocabulary import AXIS_NAMES
from klcli.formula.symbol_names import MAX_NAME
from klcli.formula.traversal import walk
from klcli.formula.tree import (
    Call,
    Length,
    Negative,
    Number,
    Operation,
    Reduction,
    ReductionKind,
    Reshape,
    Tree,
    operation,
)
from klcli.values import replace

REDUCTIONS: Mapping[str, ReductionKind] = {
    **dict.fromkeys(("sum", "reduce_sum"), "sum"),
    **dict.fromkeys(("prod", "reduce_prod"), "prod"),
    **dict.fromkeys(("mean", "reduce_mean"), "mean"),
    "E": "E",
}
"""What reduces an array to fewer axes, by its names."""
_NOTHING = Number(Fraction(0))
_KEPT = ("keepdim", "keepdims", "keep_dims")
_NAMED = frozenset((*AXIS_NAMES, *_KEPT, *LABEL_NAMES))


def _reduction(reader: CallReader, call: Invocation) -> Tree:
    """A sum or mean over any axis, since a formula is read for one example; or E(body, distribution).

    With an integer type its entries are cut to integers before they are added.
    """
    kind, arguments, node = REDUCTIONS[call.name], call.arguments, call.node
    known = () if kind == "E" else _NAMED if kind == "prod" else _NAMED | {"where"}
    unknown = [entry.arg or "**" for entry in node.keywords if entry.arg not in known]
    if unknown or not arguments:
        raise reader.error(f"{kind} does not take {unknown[0]}=" if unknown else f"{kind} of nothing", node)
    body, *others = arguments
    match kind, body, others:
        # The name of a distribution; a last underscore is no part of it.
        case "E", _, [ast.Name(id=index)] if re.fullmatch(rf"[A-Za-z]{{1,{MAX_NAME}}}_?", index):
            return Reduction(kind, index.removesuffix("_"), reader.tree(body))
        case "sum" | "mean", ast.GeneratorExp(elt=entry, generators=[over]), [] if _is_plain(over):
            index = over.target.id if isinstance(over.target, ast.Name) else ""
            # A letter is an index of a sum, and anything longer a variable of Python.
            named = kind == "sum" and re.fullmatch("[A-Za-z]", index)
            return Reduction(kind, index if named else "", reader.tree(entry))
    # The second argument of Python's own sum is where it starts, which nobody lets be -1.
    own = isinstance(node.func, ast.Name) and list(map(literal, others)) != [-1]
    if others and (kind == "E" or own or not all(map(_is_axis, others))):
        raise reader.error(f"{kind} does not take this argument", others[0])
    axes = (*others[:1], *keywords_of(call, *AXIS_NAMES))
    kept = [*others[1:], *keywords_of(call, *_KEPT)]
    if keeps_no_number([], node):
        raise reader.error("a sum of this type keeps no number", node, "leave the type out")
    labels = (one for one in (*node.args, *axes) if isinstance(literal(one), str))
    if label := next(labels, None):
        raise reader.error("an axis that has a name is not followed", label, "write its number")
    if len(axes) > 1 or len(kept) > 1:
        raise reader.error(f"{kind} does not take so many arguments", node)
    if strange := next((one for one in kept if not isinstance(one, ast.Constant)), None):
        raise reader.error("whether the axis is kept is not known", strange, "write keepdim=True or False")
    masks = keywords_of(call, "where")
    entries = reader.tree(body)
    entries = Call("trunc", entries) if has_integer_type([], node) else entries
    if kind == "sum" and _is_of_ones(body, entries):
        raise reader.error("a sum of equal numbers counts them", body, "write how many: mask.numel()")
    if len(axes) == 1 and is_all_but_first(axes[0]) and not (kept or masks):
        return Reduction(kind, "", Reshape(entries, "flatten", 1), (1,))
    total = Reduction(kind, "", entries, axes_in(axes), any(map(is_true, kept)))
    return _where(total, mask_of(reader, masks[0])) if masks else total


def _is_of_ones(body: ast.expr, entries: Tree) -> bool:
    """Whether a name stands for what ``ones_like`` gave, which is a number that has no shape any more."""
    is_number = all(isinstance(node, Negative | Number | Operation) for node in walk(entries))
    return is_number and entries != _NOTHING and any(isinstance(node, ast.Name) for node in ast.walk(body))


def _where(total: Reduction, mask: Tree) -> Tree:
    """A sum or a mean of what a mask keeps: ``np.mean(x, where=mask)``."""
    kept = replace(total, body=operation("*", mask, total.body))
    return operation("/", kept, replace(total, body=mask)) if total.kind == "mean" else kept


def _whole_shape(reader: CallReader, call: Invocation) -> Tree | None:
    """``prod(x.shape)`` counts the entries of x."""
    array = whose_shape(call.arguments[0]) if len(call.arguments) == 1 else None
    return Length(reader.tree(array), None) if array else None


def _sum_of_ones(reader: CallReader, call: Invocation) -> Tree | None:
    """``sum(ones_like(x))`` counts the entries of x, or those of an axis; a number has no shape."""
    match call.arguments:
        case [ast.Call(args=[array], keywords=[]) as ones, *others] if called(ones) == "ones_like":
            axes = (*others, *keywords_of(call, *AXIS_NAMES))
        case _:
            return None
    if len(call.arguments) + len(call.node.keywords) > 1 + len(axes) or len(axes) > 1:
        return None
    return axis_length(reader, array, axes[0]) if axes else Length(reader.tree(array), None)


def _is_plain(over: ast.comprehension) -> bool:
    """Whether a generator just runs an index over something whose length it does not fix."""
    counted = any(isinstance(node, ast.Constant) for node in ast.walk(over.iter))
    return isinstance(over.target, ast.Name) and not over.ifs and not over.is_async and not counted


def _is_axis(node: ast.expr) -> bool:
    """Whether an argument can be an axis: ``1``, ``-1``, ``(1, 2)``, ``None``."""
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, int)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_axis(operand)
        case ast.Tuple(elts=entries) | ast.List(elts=entries):
            return all(map(_is_axis, entries))
    return is_all_but_first(node)


REDUCED: tuple[CallRow, ...] = (
    row("prod", "x.shape", "the number of entries of x", _whole_shape, is_sure=False),
    row("sum reduce_sum", "ones_like(x), axis", "how many entries x has", _sum_of_ones, is_sure=False),
    row("sum reduce_sum", "x, axis, keepdim", "the sum of entries", _reduction),
    row("mean reduce_mean", "x, axis, keepdim", "the mean of entries", _reduction),
    row("prod reduce_prod", "x, axis, keepdim", "the product of entries", _reduction),
    row("E", "x, distribution", "the expectation of x", _reduction),
)

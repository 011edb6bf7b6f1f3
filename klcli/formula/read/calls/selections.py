"""Entries that a mask or a slice takes out of what was computed: ``kl[mask]``, ``masked_select(kl, mask)``.

They are a symbol until they are summed or averaged: their sum is that of all entries times the mask, and
their mean is the mean of these, divided by that of the mask. What is taken of rows keeps its other axes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.read.ast_parts import below, literal, walked
from klcli.formula.read.callee import called
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, TakenEntries, row
from klcli.formula.traversal import free_symbols, remade, substitute, walk
from klcli.formula.tree import Length, Number, Operation, Reduction, Reshape, Stop, Symbol, Tree, operation
from klcli.values import replace

_MASK_WORDS = ("mask", "valid")
"""What the name of a mask has in it."""

_OF_SHAPES = frozenset(("shape", "size", "dim", "ndim", "device", "dtype", "numel"))


def selected(reader: CallReader, node: ast.Subscript) -> Tree | None:
    """The entries that a subscript takes out of a formula; None for those of an array that is a symbol.

    Args:
        reader: of the text.
        node: a name with a mask, an array of places or slices behind it.

    Raises:
        FormulaError: it takes a single entry, or a row, or takes what has certain values.
    """
    owner, index = node.value, node.slice
    if not isinstance(owner, ast.Name) or owner.id not in reader.values:
        return None
    tree = reader.values[owner.id]
    if isinstance(_bare(tree), Symbol | Number):
        return None
    first, *others = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(part, ast.Constant) and part.value is not ... for part in (first, *others)):
        hint = "leave the subscript out"
        raise reader.error(f"what is taken out of {owner.id} is not followed", owner, hint)
    _refuse_own_values(reader, tree, index)
    sliced = any(isinstance(part, ast.Slice) for part in (first, *others))
    return reader.taken(TakenEntries(tree, mask_of(reader, node if sliced else index), of_rows=not others))


def _refuse_own_values(reader: CallReader, taken: Tree, mask: ast.expr) -> None:
    """Refuse a mask of the values that it takes: the mean of the largest KLs is no KL.

    Raises:
        FormulaError: it is computed from them, or from what they are computed from.
    """
    own = set(free_symbols(taken))
    names = set(_names_in(mask))
    names |= {name for one in names if one in reader.unread for name in _names_in(reader.unread[one])}
    for name in names:
        if own.intersection(free_symbols(reader.values.get(name, Symbol(name)))):
            raise reader.error("entries that their own values choose are not followed", mask)


def _names_in(node: ast.AST) -> Iterator[str]:
    """The names in an expression whose values it depends on, and not only their shapes."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(attr=attribute) if attribute in _OF_SHAPES or attribute.startswith("new_"):
            return
        case ast.Call() if called(node) == "len" or called(node).endswith("_like"):
            return
    for child in below(node):
        yield from _names_in(child)


def _bare(tree: Tree) -> Tree:
    return _bare(tree.operand) if isinstance(tree, Reshape | Stop) else tree


def mask_of(reader: CallReader, node: ast.expr) -> Tree:
    """A mask, as a symbol whose name says so, ``keep_mask`` for ``keep``, or as 1 less another one.

    Args:
        reader: of the text.
        node: the mask, or what takes entries as one does.
    """
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="bool"), args=[]):
            return mask_of(reader, owner)
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return opposite(reader, operand)
        case ast.Compare(left=mask, ops=[operator], comparators=[limit]) if _is_mask(reader, mask):
            match operator, literal(limit):
                case (ast.Eq() | ast.LtE(), 0) | (ast.NotEq() | ast.Lt(), 1):
                    return opposite(reader, mask)
                case (ast.NotEq() | ast.Gt(), 0) | (ast.Eq() | ast.GtE(), 1):
                    return mask_of(reader, mask)
        case _ if _is_mask(reader, node):
            return reader.tree(node)
    written = ast.unparse(node)
    symbol = reader.named(node, written if "mask" in written else f"{written}_mask")
    if isinstance(node, ast.Name) and isinstance(reader.values.get(node.id, symbol), Symbol):
        reader.change(node.id, symbol)  # which is the mask wherever it stands from here on
    return symbol


def _is_mask(reader: CallReader, node: ast.expr) -> bool:
    """Whether a node is the name of a mask, or of what was computed from masks."""
    if not isinstance(node, ast.Name):
        return False
    names = free_symbols(reader.values.get(node.id, Symbol(node.id)))
    return bool(names) and all(any(word in name for word in _MASK_WORDS) for name in names)


def opposite(reader: CallReader, node: ast.expr) -> Tree:
    """The mask that keeps what another one leaves out: 1 less that.

    Args:
        reader: of the text.
        node: the other one.
    """
    match mask_of(reader, node):
        case Operation("-", Number(value), mask) if value == 1:
            return mask
        case mask:
            return operation("-", Number(Fraction(1)), mask)


def over_all(reader: CallReader, total: Reduction) -> Tree:
    """A sum or a mean in which the entries that a mask takes are no longer symbols.

    One over other axes than the first is left as it is: what a mask takes of rows keeps these.

    Args:
        reader: of the text.
        total: the sum or mean, as it is written.
    """
    found = [one for name in free_symbols(total) if (one := reader.selections.get(name))]
    masks = {one.mask for one in found}
    over_rows = total.axes is None or 0 in total.axes
    if len(masks) != 1 or (found[0].of_rows and not over_rows) or total.kind not in ("sum", "mean"):
        return total
    (mask,) = masks
    whole = substitute(total.body, {name: one.whole for name, one in reader.selections.items()})
    kept = replace(total, body=operation("*", mask, whole))
    if total.kind == "sum":
        return kept
    if found[0].of_rows:
        return operation("/", kept, Reduction("mean", "", mask))
    return operation("/", kept, replace(total, body=mask))


def unselected(reader: CallReader, tree: Tree) -> Tree:
    """A result in which no symbol stands for entries that were taken: the array itself, as one of them.

    Where they are added up over some axes, it is times the mask, whose sum is how many there are.

    Args:
        reader: of the text.
        tree: the result.

    Raises:
        FormulaError: entries of different places stand beside each other, or their own values choose them.
    """
    taken = [node for node in walk(tree) if isinstance(node, Symbol) and node.name in reader.selections]
    if len({reader.selections[symbol.name].mask for symbol in taken}) > 1:
        hint = "take the entries of both with one mask"
        place = taken[-1].span or (0, 0)
        raise reader.source.error("entries of different places are not followed together", place, hint)
    _refuse_compared(reader, tree)
    sums = [node for node in walk(tree) if isinstance(node, Reduction)]
    summed = {name for node in sums for name in free_symbols(node)}
    values = {
        name: operation("*", one.mask, one.whole) if name in summed else one.whole
        for name, one in reader.selections.items()
    }

    def counted(node: Tree) -> Tree:
        match node:
            case Length(Symbol(name), 0) if name in values and reader.selections[name].of_rows:
                return Reduction("sum", "", reader.selections[name].mask)
        return remade(node, counted)

    return substitute(counted(tree), values) if values else tree


def _refuse_compared(reader: CallReader, tree: Tree) -> None:
    """Refuse a symbol for a comparison of a formula, as in ``mask = kl > 1``, beside what that is made of."""
    symbols = set(free_symbols(tree))
    for mask in symbols.intersection(reader.unread):
        value = reader.unread[mask]
        formulas = [reader.values[name] for name in _names_in(value) if name in reader.values]
        kinds = {type(node) for node in walked(value)}
        # A weight that goes up with the KL is a weight.
        if (
            ast.Compare in kinds
            and ast.IfExp not in kinds
            and any(
                symbols.intersection(free_symbols(one)) for one in formulas if not isinstance(one, Symbol)
            )
        ):
            raise reader.error("entries that their own values choose are not followed", value)


def _selected(reader: CallReader, call: Invocation) -> Tree | None:
    if len(call.arguments) != 2:
        return None
    whole, mask = reader.tree(call.arguments[0]), call.arguments[1]
    _refuse_own_values(reader, whole, mask)
    return reader.taken(TakenEntries(whole, mask_of(reader, mask)))


def _filled(reader: CallReader, call: Invocation) -> Tree | None:
    """``masked_fill(x, mask, 0)`` is x where the mask is not, and 0 there; no other value is followed."""
    if len(call.arguments) != 3 or reader.tree(call.arguments[2]) != Number(Fraction(0)):
        return None
    whole, mask = reader.tree(call.arguments[0]), call.arguments[1]
    _refuse_own_values(reader, whole, mask)
    return operation("*", opposite(reader, mask), whole)


SELECTED: tuple[CallRow, ...] = (
    row(
        "masked_select boolean_mask",
        "x, mask",
        "the entries of x that the mask keeps",
        _selected,
        is_sure=False,
    ),
    row("masked_fill", "x, mask, 0", "x, and 0 where the mask is", _filled, is_sure=False),
)

"""Entries that a mask or a slice takes out of an array: ``kl[mask]``, ``kl[:, 1:]``, ``masked_select``.

Places and slices take entries as some mask does. What an encoder puts out is an array of its own behind them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from klcli.formula.read.ast_parts import below, literal, text_of_name, walked
from klcli.formula.read.callee import called
from klcli.formula.read.calls.masks import complement, mask_in, mask_of
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, row
from klcli.formula.read.vocabulary import AXIS_NAMES
from klcli.formula.traversal import children, free_symbols, walk
from klcli.formula.tree import KeptEntries, Number, Reduction, Reshape, Stop, Symbol, Tree, operation

_OF_SHAPES = frozenset(("shape", "size", "dim", "ndim", "device", "dtype", "numel"))


def selected(reader: CallReader, node: ast.Subscript) -> Tree | None:
    """The entries that a subscript takes; None for those of a symbol, if no mask takes them.

    Args:
        reader: of the text.
        node: an array with a mask, places or slices behind it.

    Raises:
        FormulaError: it takes a single entry, or a row, or takes what has certain values.
    """
    owner, index = node.value, node.slice
    tree = reader.values.get(owner.id) if isinstance(owner, ast.Name) else None
    if tree is None or isinstance(_bare(tree), Symbol | Number):
        mask = mask_in(reader, index)
        return KeptEntries(reader.tree(owner), mask) if mask else None
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(part, ast.Constant) and part.value is not ... for part in parts):
        hint = "leave the subscript out"
        raise reader.error(f"what is taken out of {text_of_name(owner)} is not followed", owner, hint)
    _refuse_own_values(reader, tree, index)
    if sum(not isinstance(part, ast.Constant | ast.Slice) for part in parts) > 1:
        return KeptEntries(tree, _mask_of_pairs(reader, index, parts))
    rest = next((place for place, part in enumerate(parts) if isinstance(part, ast.Constant)), len(parts))
    for place, part in enumerate(parts):
        if not isinstance(part, ast.Constant) and ast.unparse(part) != ":":
            tree = KeptEntries(tree, mask_of(reader, part), place if place < rest else place - len(parts))
    return tree


def _mask_of_pairs(reader: CallReader, index: ast.expr, parts: Sequence[ast.expr]) -> Tree:
    """The mask of entries whose places several arrays say together, one for each axis: ``x[rows, tokens]``.

    Raises:
        FormulaError: some axes are taken whole.
    """
    if any(isinstance(part, ast.Constant | ast.Slice) for part in parts):
        raise reader.error(f"what [{ast.unparse(index)}] takes is not followed", index)
    return mask_of(reader, index)


def _refuse_own_values(reader: CallReader, taken: Tree, mask: ast.expr) -> None:
    """Refuse a mask of the values that it takes: the mean of the largest KLs is no KL.

    Raises:
        FormulaError: it is computed from them, or from what they are computed from.
    """
    own = {node.name for node in _entries(taken) if isinstance(node, Symbol)}
    names = list(_names_in(mask))
    names += [name for one in names if one.id in reader.unread for name in _names_in(reader.unread[one.id])]
    for name in names:
        tree = reader.read(name)
        if tree and own.intersection(free_symbols(tree)):
            raise reader.error("entries that their own values choose are not followed", mask)


def _entries(tree: Tree) -> Iterator[Tree]:
    """The nodes of a tree but those of the masks that took its entries before."""
    yield tree
    parts = (tree.operand,) if isinstance(tree, KeptEntries) else children(tree)
    for part in parts:
        yield from _entries(part)


def _names_in(node: ast.AST) -> Iterator[ast.Name]:
    """The names in an expression whose values it depends on, and not only their shapes."""
    match node:
        case ast.Name():
            yield node
        case ast.Attribute(attr=attribute) if attribute in _OF_SHAPES or attribute.startswith("new_"):
            return
        case ast.Call() if called(node) == "len" or called(node).endswith("_like"):
            return
    for child in below(node):
        yield from _names_in(child)


def _bare(tree: Tree) -> Tree:
    return _bare(tree.operand) if isinstance(tree, Reshape | Stop) else tree


def refuse_places(reader: CallReader, tree: Tree) -> None:
    """Refuse entries of other places beside each other, and those that their own values choose.

    Args:
        reader: of the text.
        tree: the result.

    Raises:
        FormulaError: that is not followed.
    """
    for body in (tree, *(node.body for node in walk(tree) if isinstance(node, Reduction))):
        kept = list(_kept(body))
        if len({free_symbols(one.mask) for one in kept}) > 1:
            hint = "take the entries of both with one mask"
            place = kept[-1].span or (0, 0)
            raise reader.source.error("entries of different places are not followed together", place, hint)
    _refuse_compared(reader, tree)


def _kept(tree: Tree) -> Iterator[KeptEntries]:
    """What masks take in a formula, outside of its sums."""
    if isinstance(tree, KeptEntries):
        yield tree
    elif not isinstance(tree, Reduction):
        for child in children(tree):
            yield from _kept(child)


def _refuse_compared(reader: CallReader, tree: Tree) -> None:
    """Refuse a symbol for a comparison of a formula, as in ``mask = kl > 1``, beside what that is made of."""
    symbols = set(free_symbols(tree))
    for mask in symbols.intersection(reader.unread):
        value = reader.unread[mask]
        formulas = [reader.values[one.id] for one in _names_in(value) if one.id in reader.values]
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
    """``boolean_mask(x, mask)`` is ``x[mask]``; ``masked_select`` spreads the mask over x first."""
    if len(call.arguments) != 2:
        return None
    whole, mask = reader.tree(call.arguments[0]), call.arguments[1]
    _refuse_own_values(reader, whole, mask)
    return KeptEntries(whole, mask_of(reader, mask), None if call.name == "masked_select" else 0)


def _compressed(reader: CallReader, call: Invocation) -> Tree | None:
    """``compress(mask, x)`` runs over all entries of x, with an axis over that one."""
    if len(call.arguments) != 2:
        return None
    mask, whole = call.arguments[0], reader.tree(call.arguments[1])
    _refuse_own_values(reader, whole, mask)
    axes = [literal(axis) for axis in keywords_of(call, *AXIS_NAMES)]
    match axes:
        case [int(axis)]:
            return KeptEntries(whole, mask_of(reader, mask), axis)
        case []:
            return KeptEntries(Reshape(whole, "flatten", 0), mask_of(reader, mask))
    return None


def _filled(reader: CallReader, call: Invocation) -> Tree | None:
    """``masked_fill(x, mask, v)`` is x where the mask is not, and the number v there."""
    if len(call.arguments) != 3 or not isinstance(value := reader.tree(call.arguments[2]), Number):
        return None
    whole, mask = reader.tree(call.arguments[0]), call.arguments[1]
    _refuse_own_values(reader, whole, mask)
    filled = mask_of(reader, mask)
    kept = operation("*", complement(filled), whole)
    return operation("+", kept, operation("*", filled, value)) if value.value else kept


def _average(reader: CallReader, call: Invocation) -> Tree | None:
    """``average(x, weights=w)`` is the sum of w x, divided by that of w."""
    weights = keywords_of(call, "weights")
    if len(call.arguments) != 1 or len(weights) != 1 or len(call.node.keywords) > 1:
        return None
    weight = reader.tree(weights[0])
    product = operation("*", reader.tree(call.arguments[0]), weight)
    return operation("/", Reduction("sum", "", product), Reduction("sum", "", weight))


SELECTED: tuple[CallRow, ...] = (
    row(
        "masked_select boolean_mask",
        "x, mask",
        "the entries of x that the mask keeps",
        _selected,
        is_sure=False,
    ),
    row("compress", "mask, x, axis", "the entries of x that the mask keeps", _compressed, is_sure=False),
    row("masked_fill", "x, mask, v", "x, and the number v where the mask is", _filled, is_sure=False),
    row("average", "x, weights", "the mean of x with weights", _average, is_sure=False),
)

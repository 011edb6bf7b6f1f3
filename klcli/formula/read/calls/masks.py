"""Masks, which keep some entries of an array: their names, casts, complements, and what joins two of them.

A mask is a tree of 0 and 1: a symbol whose name says that it is one, 1 less a mask, the product of two. Casts
and comparisons with 0 or 1 are the mask itself, or what it leaves out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction

from klcli.errors import clipped
from klcli.formula.read.ast_parts import literal
from klcli.formula.read.callee import whose_shape
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, row
from klcli.formula.read.identifiers import MASK
from klcli.formula.read.vocabulary import AXIS_NAMES
from klcli.formula.traversal import unshaped
from klcli.formula.tree import (
    KeptEntries,
    Length,
    Number,
    Operation,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
    operation,
)

_ONE = Number(Fraction(1))
_COMPARISONS: dict[str, type[ast.cmpop]] = {
    "equal": ast.Eq,
    "eq": ast.Eq,
    "not_equal": ast.NotEq,
    "ne": ast.NotEq,
    "greater": ast.Gt,
    "gt": ast.Gt,
    "less": ast.Lt,
    "lt": ast.Lt,
}
"""Comparisons of libraries, by their names."""


def is_mask(tree: Tree) -> bool:
    """Whether a tree is 0 or 1 everywhere, as the names of its symbols say."""
    match tree:
        case Symbol(name):
            return MASK.says(name)
        case Reshape(operand) | Stop(operand) | KeptEntries(operand):
            return is_mask(operand)
        case Operation("-", left, right) if unshaped(left) == _ONE:
            return is_mask(right)
        case Operation("*", left, right):
            return is_mask(left) and is_mask(right)
    return False


def complement(mask: Tree) -> Tree:
    """The mask that keeps what another one leaves out: 1 less that."""
    match mask:
        case Operation("-", one, other) if unshaped(one) == _ONE:
            return other
    return operation("-", _ONE, mask)


def mask_of(reader: CallReader, node: ast.expr) -> Tree:
    """A mask; what is none by its name gets one: ``keep_mask`` for ``keep``.

    Args:
        reader: of the text.
        node: the mask, or what takes entries as one does.

    Raises:
        FormulaError: it has a symbol already, which nobody would know for a mask: that of a private name.
    """
    match node:
        case ast.UnaryOp() | ast.BinOp() | ast.Compare():
            found = logical(reader, node)
        case ast.Name() | ast.Call() | ast.Attribute() | ast.Subscript():
            found = _read(reader, node)
        case _:
            found = None
    if found:
        return found
    written = ast.unparse(node)
    plain = re.sub(r"[^A-Za-z0-9]+", "_", written if written[0].isalpha() else f"at_{written}").strip("_")
    symbol = reader.named(node, plain if MASK.says(plain) else f"{plain}_mask")
    if not is_mask(symbol):
        raise reader.error(f"what {clipped(written)} keeps is not followed", node)
    if not isinstance(node, ast.Name):
        reader.unread[symbol.name] = node
    elif isinstance(reader.values.get(node.id, symbol), Symbol):
        reader.call_it(node.id, symbol)  # which is the mask wherever it stands from here on
    return symbol


def _read(reader: CallReader, node: ast.expr) -> Tree | None:
    """The tree of an expression that is a mask; None for any other."""
    tree = reader.read(node)
    return tree if tree and is_mask(tree) else None


def logical(reader: CallReader, node: ast.UnaryOp | ast.BinOp | ast.Compare) -> Tree | None:
    """What inverts a mask, compares it with a number, or joins two of them; None for any other operation.

    Args:
        reader: of the text.
        node: the operation.
    """
    match node:
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return complement(mask_of(reader, operand))
        case ast.Compare(left=left, ops=[operator], comparators=[limit]):
            mask = _read(reader, left)
            return _compared(mask, type(operator), literal(limit)) if mask else None
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() | ast.BitXor() as operator, right=right):
            one, other = mask_in(reader, left), mask_in(reader, right)
            if one and other:
                return _JOINED[type(operator)](one, other)
    return None


def mask_in(reader: CallReader, node: ast.expr) -> Tree | None:
    """An operand of a logical operation, if it is a mask."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        inner = mask_in(reader, node.operand)
        return complement(inner) if inner else None
    return _read(reader, node)


def _compared(mask: Tree, operator: type[ast.cmpop], limit: object) -> Tree | None:
    """A mask compared with a number, for which it is true where the mask is 1, or where it is 0."""
    if not isinstance(limit, int | float):
        return None
    of_zero, of_one = (_holds(value, operator, limit) for value in (0, 1))
    if of_zero == of_one:
        return None
    return mask if of_one else complement(mask)


def _holds(value: int, operator: type[ast.cmpop], limit: float) -> bool:
    """Whether a number compares so with another one."""
    equal = value == limit
    return {
        ast.Eq: equal,
        ast.NotEq: not equal,
        ast.Gt: value > limit,
        ast.GtE: value >= limit,
        ast.Lt: value < limit,
        ast.LtE: value <= limit,
    }.get(operator, False)


def _both(one: Tree, other: Tree) -> Tree:
    return operation("*", one, other)


def _either(one: Tree, other: Tree) -> Tree:
    return complement(operation("*", complement(one), complement(other)))


def _only_one(one: Tree, other: Tree) -> Tree:
    return _either(_both(one, complement(other)), _both(complement(one), other))


_JOINED: dict[type[ast.operator], Callable[[Tree, Tree], Tree]] = {
    ast.BitAnd: _both,
    ast.BitOr: _either,
    ast.BitXor: _only_one,
}


def _inverted(reader: CallReader, call: Invocation) -> Tree | None:
    return complement(mask_of(reader, call.arguments[0])) if len(call.arguments) == 1 else None


def _as_mask(reader: CallReader, call: Invocation) -> Tree | None:
    return mask_of(reader, call.arguments[0]) if len(call.arguments) == 1 else None


def _joining(join: Callable[[Tree, Tree], Tree]) -> Callable[[CallReader, Invocation], Tree | None]:
    def read(reader: CallReader, call: Invocation) -> Tree | None:
        masks = [mask for node in call.arguments if (mask := mask_in(reader, node))]
        return join(*masks) if len(masks) == len(call.arguments) == 2 else None

    return read


def _comparison(reader: CallReader, call: Invocation) -> Tree | None:
    if len(call.arguments) != 2:
        return None
    mask = _read(reader, call.arguments[0])
    return mask and _compared(mask, _COMPARISONS[call.name], literal(call.arguments[1]))


def _counted(reader: CallReader, call: Invocation) -> Tree | None:
    """``count_nonzero(mask)`` is the sum of a mask."""
    if len(call.arguments) != 1 or keywords_of(call, *AXIS_NAMES):
        return None
    mask = mask_in(reader, call.arguments[0])
    return mask and Reduction("sum", "", mask)


def _spread(reader: CallReader, call: Invocation) -> Tree | None:
    """``mask[:, None].expand_as(x)``, whose sum counts a kept row as often as it has entries."""
    if len(call.arguments) < 2:
        return None
    mask, *lengths = call.arguments
    whole = lengths[0] if call.name == "expand_as" else whose_shape(lengths[0])
    like = reader.tree(whole) if whole else _whose_length(reader, lengths[-1])
    tree = _read(reader, mask)
    return tree and like and Reshape(tree, "expand", like=like)


def _whose_length(reader: CallReader, length: ast.expr) -> Tree | None:
    """The array that has a length: x of ``x.size(-1)``, in ``mask.expand(-1, x.size(-1))``."""
    found = reader.read(length)
    return found.of if isinstance(found, Length) else None


def _integer(reader: CallReader, call: Invocation) -> Tree | None:
    """A mask as integers is itself; so is one that is cut to them."""
    return _read(reader, call.arguments[0]) if call.arguments else None


MASKS: tuple[CallRow, ...] = (
    row("logical_not", "mask", "1 - mask", _inverted, is_sure=False),
    row("bool", "mask", "mask", _as_mask, is_sure=False),
    row("int long to type astype cast", "mask, type", "mask", _integer, is_sure=False),
    row("expand_as expand broadcast_to", "mask, x", "mask in the shape of x", _spread, is_sure=False),
    row("logical_and", "mask, other", "mask * other", _joining(_both), is_sure=False),
    row("logical_or", "mask, other", "1 - (1 - mask)(1 - other)", _joining(_either), is_sure=False),
    row(" ".join(_COMPARISONS), "mask, 0 or 1", "mask, or 1 - mask", _comparison, is_sure=False),
    row("count_nonzero", "mask", "the sum of mask", _counted, is_sure=False),
)

"""Values that are kept between numbers: clips, maxima, minima."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.limits import UnknownLimit
from klcli.formula.read.calls.row import LABEL_NAMES, CallReader, CallRow, Invocation, row
from klcli.formula.tree import Clip, Negative, Number, Symbol, Tree, free_symbols
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles

__all__ = ["CLIPS", "Limit"]

Limit: TypeAlias = Literal["low", "high"]

_NAMES: Mapping[str, Limit] = {
    **dict.fromkeys(("min", "a_min", "min_value", "clip_value_min"), "low"),
    **dict.fromkeys(("max", "a_max", "max_value", "clip_value_max"), "high"),
}
"""What the limits are called in torch, numpy, Keras and TensorFlow."""
_HINT = "for example clamp(x, min=-10, max=10)"


def _clip(reader: CallReader, call: Invocation, *sides: Limit) -> Tree:
    """A value kept between numbers; limits that are names are left out, and noted."""
    given = _given(reader, call, sides)
    if not given:
        raise reader.error("a clip has a limit", call.node, _HINT)
    value, entries = given
    operand = reader.tree(value)
    limits = {side: limit for side, entry in entries.items() if (limit := _limit(reader, entry)) is not None}
    if not limits and isinstance(operand, Symbol):
        raise reader.error("the limits of a clip are numbers", next(iter(entries.values())))
    unknown = [side for side in entries if side not in limits]
    reader.ignored += [UnknownLimit(ast.unparse(entries[side]), side == "low", operand) for side in unknown]
    return Clip(operand, limits.get("low"), limits.get("high")) if limits else operand


def _given(
    reader: CallReader, call: Invocation, sides: tuple[Limit, ...]
) -> tuple[ast.expr, dict[Limit, ast.expr]] | None:
    """The value and its limits; None where no limit is given."""
    arguments, keywords = call.arguments, call.node.keywords
    strange = [entry.arg or "**" for entry in keywords if entry.arg not in (*_NAMES, *LABEL_NAMES)]
    if strange or not 0 < len(arguments) <= len(sides) + 1:
        reason = f"does not take {strange[0]}=" if strange else f"takes a value and {len(sides)} of limits"
        raise reader.error(f"a clip {reason}", call.node, _HINT)
    if len(arguments) == 2 and len(sides) == 1 and _is_limit(reader, *arguments):
        arguments = arguments[::-1]
    given = dict(zip(sides, arguments[1:], strict=False))
    given |= {side: entry.value for entry in keywords if (side := _NAMES.get(entry.arg or ""))}
    given = {side: entry for side, entry in given.items() if not _is_none(entry)}
    return (arguments[0], given) if given else None


def _is_limit(reader: CallReader, node: ast.expr, other: ast.expr) -> bool:
    """Whether the first of two arguments is the limit: a number, or a name beside something computed."""
    if _is_numeral(other):
        return False
    computed = not isinstance(reader.tree(other), Symbol)
    return _is_numeral(node) or (computed and isinstance(reader.tree(node), Symbol | Number))


def _limit(reader: CallReader, node: ast.expr) -> Fraction | None:
    """The number that a clip keeps to; None for what names give, whose values are not known."""
    tree = reader.tree(node)
    match tree:
        case Number(value):
            return value
        case Negative(Number(value)):
            return -value
    if free_symbols(tree):
        return None
    try:
        return Fraction(evaluate(tree, {}, Doubles()))
    except (ArithmeticError, ValueError):
        raise reader.error("the limits of a clip are numbers", node) from None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_numeral(node: ast.expr) -> bool:
    """Whether an expression is made of numbers only."""
    return not any(isinstance(part, ast.Name) for part in ast.walk(node))


CLIPS: tuple[CallRow, ...] = (
    row(
        "clip clamp clip_by_value",
        "x, min, max",
        "x between two limits",
        lambda reader, call: _clip(reader, call, "low", "high"),
    ),
    row(
        "clamp_min maximum max",
        "x, min",
        "x, or the limit if it is larger",
        lambda reader, call: _clip(reader, call, "low"),
    ),
    row(
        "clamp_max minimum min",
        "x, max",
        "x, or the limit if it is smaller",
        lambda reader, call: _clip(reader, call, "high"),
    ),
)

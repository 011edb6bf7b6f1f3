"""Values that are kept between numbers: clips, maxima, minima."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.read.ast_parts import is_none
from klcli.formula.read.calls.row import LABEL_NAMES, CallReader, CallRow, Invocation, row
from klcli.formula.read.syntax_errors import is_limit, shared_with_limits
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Clip, Negative, Number, Tree, number
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.rationals import Rationals

ClipSide: TypeAlias = Literal["low", "high"]

_NAMES: Mapping[str, ClipSide] = {
    **dict.fromkeys(("min", "a_min", "min_value", "clip_value_min"), "low"),
    **dict.fromkeys(("max", "a_max", "max_value", "clip_value_max"), "high"),
}
"""What the limits are called in torch, numpy, Keras and TensorFlow."""
_HINT = "for example clamp(x, min=-10, max=10)"


def _clip(reader: CallReader, call: Invocation, *sides: ClipSide) -> Tree:
    """A value kept between limits, numbers or names."""
    given = _given(reader, call, sides)
    if not given:
        raise reader.error("a clip has a limit", call.node, _HINT)
    value, entries = given
    operand = reader.tree(value)
    limits = {side: _limit(reader, entry) for side, entry in entries.items()}
    if shared_with_limits(operand, limits.values()):
        raise reader.error("a limit of a clip is no function of what is clipped", call.node, _HINT)
    return Clip(operand, limits.get("low"), limits.get("high"))


def _relu(reader: CallReader, call: Invocation) -> Tree | None:
    """``relu(x)``: x, or 0 if that is larger."""
    if len(call.arguments) != 1:
        return None
    return Clip(reader.tree(call.arguments[0]), Number(Fraction(0)), None)


def _given(
    reader: CallReader, call: Invocation, sides: tuple[ClipSide, ...]
) -> tuple[ast.expr, dict[ClipSide, ast.expr]] | None:
    """The value and its limits; None where no limit is given."""
    arguments, keywords = call.arguments, call.node.keywords
    strange = [entry.arg or "**" for entry in keywords if entry.arg not in (*_NAMES, *LABEL_NAMES)]
    if strange or not 0 < len(arguments) <= len(sides) + 1:
        reason = f"does not take {strange[0]}=" if strange else f"takes a value and {len(sides)} of limits"
        raise reader.error(f"a clip {reason}", call.node, _HINT)
    if len(arguments) == 2 and len(sides) == 1 and is_limit(*map(reader.tree, arguments)):
        arguments = arguments[::-1]
    given = dict(zip(sides, arguments[1:], strict=False))
    given |= {side: entry.value for entry in keywords if (side := _NAMES.get(entry.arg or ""))}
    given = {side: entry for side, entry in given.items() if not is_none(entry)}
    return (arguments[0], given) if given else None


def _limit(reader: CallReader, node: ast.expr) -> Tree:
    """What a clip keeps to: a number, also one that is computed, or what names give."""
    tree = reader.tree(node)
    if isinstance(tree, Number) or free_symbols(tree):
        return tree
    if isinstance(tree, Negative) and isinstance(tree.operand, Number):
        return tree
    with suppress(ArithmeticError):
        return number(evaluate(tree, {}, Rationals()))
    try:
        return number(Fraction(evaluate(tree, {}, Doubles())))
    except (ArithmeticError, ValueError):
        raise reader.error("the limits of a clip are numbers", node) from None


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
    row("relu relu_", "x", "x, or 0 if that is larger", _relu),
    row(
        "clamp_max minimum min",
        "x, max",
        "x, or the limit if it is smaller",
        lambda reader, call: _clip(reader, call, "high"),
    ),
)

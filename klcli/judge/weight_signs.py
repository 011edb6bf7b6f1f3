"""The sign of a weight, as far as it does not depend on values: names are positive, differences may be not.

A weight that stands alone, or a product of weights, is taken to be positive, as beta is. ``1 - w``,
``(epoch - 10) / 20`` and ``(step - start) / (end - start)`` have either sign, and nobody knows which one.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from fractions import Fraction
from math import inf

from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Clip, Negative, Operation, Operator, Reduction, Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.names.losses import is_likelihood, is_negative, is_other_term, sign_of
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """The values that something may have: those between two numbers."""

    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 or -1 where the values have that sign, or are 0; 0 where they may have either."""
        if self.low >= 0:
            return int(self.high > 0)
        return -int(self.high <= 0)


POSITIVE, ANY = Range(0.0, inf), Range(-inf, inf)
"""Of what is never below 0, and of what may have either sign."""


def sign_in(program: Program) -> int:
    """The sign with which a KL stands in a program: -1 on a left-hand side that is negative, and in a bound.

    What adds a log-likelihood is a bound, log p(x|z) - KL, unless its left-hand side names it a loss, and
    so is what stands behind a minus on the left where a log-likelihood is subtracted.
    """
    sign = sign_of(program.left)
    of_name = -1 if is_negative(program.left) else 1
    if sign == of_name and not is_other_term(program.left.strip("-− ")):
        terms = [name for name in free_symbols(program.tree) if is_likelihood(name)]
        slopes = [slope_of(program.tree, name) for name in terms]
        return -sign if any(slope and slope.sign == of_name for slope in slopes) else sign
    return sign


def keeps_signs(before: Program, after: Program) -> bool:
    """Whether a corrected loss adds its errors as before and has its likelihoods opposite to the KL.

    Args:
        before: a loss, in which a KL is added; a bound is negated.
        after: the same with a correction.
    """
    for name in filter(is_other_term, free_symbols(before.tree)):
        one, other = slope_of(before.tree, name), slope_of(after.tree, name)
        if not (one and other):
            continue
        due = -1 if is_likelihood(name) else one.sign
        if other.sign not in (0, due):
            return False
    return True


def range_of(tree: Tree, either: Collection[str] = ()) -> Range:
    """The values that a formula may have whose symbols are positive.

    Args:
        tree: the formula.
        either: symbols that may have either sign.
    """
    given = {name: ANY if name in either else POSITIVE for name in free_symbols(tree)}
    return evaluate(tree, given, _Ranges())


def slope_of(tree: Tree, name: str, either: Collection[str] = ()) -> Range | None:
    """By what a symbol counts in a formula; None where that is no sum with a multiple of it.

    A clip leaves the sign what it is.

    Args:
        tree: the formula.
        name: the symbol.
        either: other symbols that may have either sign.
    """
    if name not in free_symbols(tree):
        return Range(0.0, 0.0)
    match tree:
        case Symbol():
            return Range(1.0, 1.0)
        case Negative(below):
            found = slope_of(below, name, either)
            return found and _Ranges().negative(found)
        case Reduction(body=below) | Clip(operand=below):
            return slope_of(below, name, either)
        case Operation("+" | "-" as operator, left, right):
            one, other = slope_of(left, name, either), slope_of(right, name, either)
            return one and other and _Ranges().operate(operator, one, other)
        case Operation("*" | "/" as operator, below, factor) if name not in free_symbols(factor):
            found = slope_of(below, name, either)
            return found and _Ranges().operate(operator, found, range_of(factor, either))
        case Operation("*", factor, below) if name not in free_symbols(factor):
            found = slope_of(below, name, either)
            return found and _Ranges().operate("*", found, range_of(factor, either))
    return None


class _Ranges:
    """Arithmetic of ranges in doubles: what counts is on which side of 0 they end."""

    def number(self, value: Fraction) -> Range:
        try:
            return Range(*[value.numerator / value.denominator] * 2)
        except OverflowError:
            return POSITIVE

    def constant(self, name: str) -> Range:
        return Range(*[math.pi if name == "pi" else math.e] * 2)

    def negative(self, value: Range) -> Range:
        return Range(-value.high, -value.low)

    def operate(self, operator: Operator, left: Range, right: Range) -> Range:
        match operator:
            case "+":
                return Range(left.low + right.low, left.high + right.high)
            case "-":
                return Range(left.low - right.high, left.high - right.low)
            case "*":
                return _product(left, right)
            case "/":
                return _product(left, _reciprocal(right))
            case "^":
                return _power(left, right)

    def call(self, function: str, value: Range) -> Range:
        if function == "abs":
            ends = sorted((abs(value.low), abs(value.high)))
            return Range(ends[0] if value.sign else 0.0, ends[1])
        return Range(_grown(function, value.low), _grown(function, value.high))

    def clip(self, value: Range, low: Range | None, high: Range | None) -> Range:
        ends = [value.low, value.high]
        if low is not None:
            ends = [max(end, low.low) for end in ends]
        if high is not None:
            ends = [min(end, high.high) for end in ends]
        return Range(*ends)


def _product(left: Range, right: Range) -> Range:
    ends = [_times(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
    return Range(min(ends), max(ends))


def _times(left: float, right: float) -> float:
    """A product in which 0, the end of what is positive, leaves nothing of any number."""
    return left * right if left and right else 0.0


def _reciprocal(value: Range) -> Range:
    if not value.sign:
        return ANY
    low, high = (1 / end if end else math.copysign(inf, value.sign) for end in (value.low, value.high))
    return Range(min(low, high), max(low, high))


def _power(base: Range, exponent: Range) -> Range:
    """Powers of what is positive, and even powers, are positive."""
    is_even = exponent.low == exponent.high and exponent.low % 2 == 0
    return POSITIVE if is_even or base.low >= 0 else ANY


def _grown(function: str, value: float) -> float:
    """A function that grows, at an end of its domain its limit there."""
    try:
        if function == "softplus":
            return max(value, 0.0) + math.log1p(math.exp(-abs(value)))
        return float(getattr(math, function)(value))
    except OverflowError:
        return inf
    except ValueError:
        return 0.0 if function == "sqrt" else -inf

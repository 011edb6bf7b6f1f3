"""Names the numbers that are found: the rational, logarithm or root that one is."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from klcli.formula.numeral import significant
from klcli.formula.read.math_parser import known
from klcli.formula.tree import Negative, Tree, number, operation
from klcli.formula.value.arithmetic import Decimals, context, evaluate
from klcli.formula.write.printing import to_text
from klcli.judge.scaled_kl import FoundNumber

_DIGITS = 30
"""Five more than `_SLACK` asks for."""
_SLACK = Fraction(1, 10**25)
"""By chance a fraction of these denominators comes so close once in 1e20 numbers."""
_LARGEST_DENOMINATOR = 256
"""Factors that people write are halves, quarters and small counts, and their products."""
_LOGARITHMS = ("log 2", "log 3", "log 5", "log 7", "log 10", "log(2 pi)", "log pi")
_UNITS = (*_LOGARITHMS, "pi", "sqrt 2", "e", "1/e", "1/log 2")
_OFFSETS = tuple(sorted((Fraction(n, 4) for n in range(-16, 17)), key=lambda f: (abs(f), f < 0)))
"""Quarters from -4 to 4, the smallest first: constants that people write beside a logarithm."""


def as_tree(value: FoundNumber) -> Tree | None:
    """The constant that a number is to 25 digits; None if it is none of those that are known.

    Known are rationals, and a rational plus a rational multiple of log 2, 3, 5, 7, 10, pi and 2 pi, of pi, of
    the root of 2, of e and 1/e, or of 1/log 2, which nats have in bits.
    """
    if isinstance(value, Fraction):
        return number(value)
    with localcontext(context(_DIGITS)):
        for offset in _OFFSETS:
            rest = value - Decimal(offset.numerator) / offset.denominator
            for unit, size in _sizes():
                exact = Fraction(rest / size)
                factor = exact.limit_denominator(_LARGEST_DENOMINATOR)
                if factor and abs(factor - exact) < _SLACK:
                    return _sum(offset, factor, unit)
    return None


def constant_text(value: FoundNumber) -> str:
    """``1/2``, ``1/4 log 2 - 1/4``, or six digits of a number without a name."""
    tree = as_tree(value)
    return significant(float(value)) if tree is None else to_text(tree)


def shift_text(value: FoundNumber) -> str:
    """A constant behind what it is added to: `` + 1/2``, `` - 1/4``; empty for 0."""
    return added_text(constant_text(value))


def added_text(written: str) -> str:
    """The text of a constant behind what it is added to."""
    if written == "0":
        return ""
    return f" - {written.removeprefix('-')}" if written.startswith("-") else f" + {written}"


@cache
def _sizes() -> tuple[tuple[Tree, Decimal], ...]:
    return tuple((unit, evaluate(unit, {}, Decimals(_DIGITS))) for unit in map(known, _UNITS))


def _sum(offset: Fraction, factor: Fraction, unit: Tree) -> Tree:
    multiple = unit if abs(factor) == 1 else operation("*", number(abs(factor)), unit)
    if not offset:
        return Negative(multiple) if factor < 0 else multiple
    if factor < 0:
        return operation("-", number(offset), multiple)
    return operation("-" if offset < 0 else "+", multiple, number(abs(offset)))

"""Single values of a result as the data formats write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import TypeAlias

from klcli.formula.tree import Tree
from klcli.formula.write.printing import to_text

Scalar: TypeAlias = bool | int | float | str | None


def scalar(value: object) -> Scalar:
    """A number, a text or nothing.

    A `Fraction` becomes an integer or the nearest double, a `Decimal` its digits as a text, a formula its
    ASCII text; infinite and undefined values stay floats.

    Raises:
        TypeError: not a single value.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Fraction):
        return _nearest(value)
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else float(value)
    if isinstance(value, Tree):
        return to_text(value, "ascii")
    raise TypeError(f"not a value that can be written: {type(value).__name__}")


def _nearest(value: Fraction) -> int | float:
    if value.denominator == 1:
        return value.numerator
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf

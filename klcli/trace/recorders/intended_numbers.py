"""The number that a program has typed, of which a short precision has kept the nearest."""

from __future__ import annotations

import math
from fractions import Fraction

_BITS = {"float32": 24, "float16": 11, "bfloat16": 8}
"""Of a significand."""
_LARGEST_DENOMINATOR = 2000
"""Of a fraction such as 1/784; in single precision one number in ten has one by chance, and is it as well."""
_MOST_DIGITS = 17
"""Decimal digits that tell every double from its neighbours."""


def meant(value: float, dtype: str) -> float:
    """The simplest number that a number of some precision is the nearest to: a short decimal, or a fraction.

    As a double 0.1 in single precision is 0.10000000149, and no weight that anybody has typed.

    Args:
        value: as it was noted.
        dtype: its precision, such as ``float32``; a double is what it is.
    """
    if dtype not in _BITS or not math.isfinite(value) or value == int(value):
        return value
    bits = _BITS[dtype]
    margin = math.ldexp(0.5, math.frexp(value)[1] - bits)
    decimals = (float("{:.{}g}".format(value, digits)) for digits in range(1, _MOST_DIGITS + 1))
    digits, decimal = next(
        (place, one) for place, one in enumerate(decimals, 1) if abs(one - value) <= margin
    )
    fraction = float(Fraction(value).limit_denominator(_LARGEST_DENOMINATOR))
    # A decimal of fewer digits than the precision has is no chance: of 6 in single, of 2 in half precision.
    is_short = digits <= bits // 4
    return fraction if not is_short and abs(fraction - value) <= margin else decimal

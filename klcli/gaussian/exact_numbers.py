"""Numbers as a caller may give them, taken as the rationals that they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.numeral import parse_numeral

Real: TypeAlias = "int | float | Fraction | Decimal | str"
"""A number as a caller may give it; a text is the decimal that it shows, a float the double that it is."""


def exact_numbers(given: Real | Sequence[Real] | Any, name: str) -> tuple[Fraction, ...]:
    """One number, a sequence or an array of them.

    Args:
        given: the numbers.
        name: what they are, for the message.

    Raises:
        KlcliError: not a number, or not finite.
    """
    listed = given.tolist() if hasattr(given, "tolist") else given
    several = listed if isinstance(listed, Iterable) and not isinstance(listed, str) else [listed]
    return tuple(_exact(number, name) for number in several)


def _exact(number: Any, name: str) -> Fraction:
    if isinstance(number, Fraction):
        return number
    if isinstance(number, str):
        return parse_numeral(number, name)
    plain = number.item() if hasattr(number, "item") else number
    if not isinstance(plain, int | float | Decimal):
        raise KlcliError(f"{name} must hold numbers, got {number!r:.60}", "for example 1.2 or '0.1'")
    if not isinstance(plain, int) and not isfinite(plain):
        raise KlcliError(f"{name} must be finite, got {plain}", "only finite numbers have a finite KL")
    return Fraction(plain)

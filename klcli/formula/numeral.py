"""Numbers as people type and read them: exact decimals in, significant digits out."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from klcli.errors import KlcliError
from klcli.lazy_regex import regex

_NUMERAL = regex(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE](?P<exponent>[+-]?\d+))?\Z", re.ASCII)
"""A decimal number with an exponent, in ASCII alone: Python would read other digits and dashes, too."""
_DENOMINATOR_OF_FEW_DIGITS = 2**16
"""Halves, quarters and so on of up to sixteen places are typed as they are."""
_SMALLEST_POWER, _LARGEST_POWER = -6, 16
"""Powers of ten from and up to which a number has no exponent, as Python writes floats from -4 to 16."""
_MOST_CHARACTERS = 1000
"""Of a number that somebody types; a longer one is a file that was pasted."""
_MOST_EXPONENT = 10_000
"""Beyond it ten to that power takes memory before it is known to be too large."""
_LARGEST = Fraction(1.7976931348623157e308)
"""The largest double."""
_SMALLEST = Fraction(5e-324) / 2
"""Half of the smallest double: what rounds to zero."""


_OF_A_GAUSSIAN = "0.3, -2 or 1e-6"
"""What a mean or a head can be; another example is one of another number."""


def parse_numeral(text: str, name: str, example: str = _OF_A_GAUSSIAN) -> Fraction:
    """The exact value of a typed decimal such as ``1.2``, ``-3``, ``1e-170``.

    Only ASCII digits and a decimal point are numbers; Python's and click's own readers also take ``nan``,
    ``1_000`` and digits of other scripts.

    Args:
        text: what was typed.
        name: what it stands for, for the message.
        example: what could have been typed, for the hint.

    Raises:
        KlcliError: not such a number, or one whose magnitude no double has.
    """
    typed = text.strip()
    if len(typed) > _MOST_CHARACTERS:
        raise KlcliError(f"{name} has {len(typed):,} characters", f"at most {_MOST_CHARACTERS:,} are read")
    found = _NUMERAL.match(typed)
    if not found:
        raise KlcliError(f"{name} must be a number, got {typed!r}", _hint(typed, example))
    # An exponent that no double has is not worth the digits that its value would take.
    absurd = abs(int(found["exponent"] or 0)) > _MOST_EXPONENT
    value = _LARGEST + 1 if absurd else Fraction(typed)
    if abs(value) > _LARGEST or 0 < abs(value) <= _SMALLEST:
        raise KlcliError(
            f"{name} = {typed} is outside of the range of doubles (5e-324 to 1.8e308)",
            "very large and very small scales can be given by their logarithm: --logstd, --logvar"
            if example == _OF_A_GAUSSIAN
            else f"write for example {example}",
        )
    return value


def _hint(typed: str, example: str) -> str:
    one = "0.3" if example == _OF_A_GAUSSIAN else example
    if not typed:
        return f"an empty text is no number; write for example {one}"
    if typed.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        why = "only finite numbers have a finite KL" if example == _OF_A_GAUSSIAN else "it has to be finite"
        return f"{why}; write for example {one}"
    if not typed.isascii():
        return "write the digits 0 to 9, '-' for minus and '.' for the decimal point, for example -0.3"
    if "_" in typed and _NUMERAL.match(typed.replace("_", "")):
        return f"leave the '_' out: {typed.replace('_', '')}"
    return f"write for example {example}"


def decimal_text(value: Fraction | Decimal) -> str:
    """The shortest exact decimal of a rational that has one (``1.2``, ``1e-170``); otherwise a fraction.

    A `Decimal` is written out of its own digits: as a fraction, 1e-1000000 would have a million.
    """
    if isinstance(value, Decimal):
        sign, digits, power = value.as_tuple()
        return _written("".join(map(str, digits)), int(power), "-" if sign else "")
    places = _decimal_places(value.denominator)
    if places is None:
        return str(value)
    whole = str(abs(value.numerator) * 10**places // value.denominator)
    return _written(whole, -places, "-" if value < 0 else "")


def number_text(value: Fraction) -> str:
    """The decimal that was typed; six digits of a binary float out of a file, which has up to 767 of them."""
    binary = value.denominator & (value.denominator - 1) == 0
    if binary and value.denominator > _DENOMINATOR_OF_FEW_DIGITS:
        return significant(float(value))
    return decimal_text(value)


def _written(whole: str, power: int, minus: str) -> str:
    """The digits of a whole number times a power of ten, with a point where it is near."""
    figures = whole.lstrip("0").rstrip("0")
    if not figures:
        return "0"
    exponent = len(whole.lstrip("0")) - 1 + power
    if not _SMALLEST_POWER <= exponent < _LARGEST_POWER:
        point = "." if len(figures) > 1 else ""
        return f"{minus}{figures[0]}{point}{figures[1:]}e{exponent}"
    if exponent < 0:
        return f"{minus}0.{'0' * (-exponent - 1)}{figures}"
    whole, rest = figures[: exponent + 1].ljust(exponent + 1, "0"), figures[exponent + 1 :]
    return f"{minus}{whole}.{rest}" if rest else minus + whole


def _decimal_places(denominator: int) -> int | None:
    """How many decimal places a fraction with this denominator has; None where they do not end."""
    powers = []
    for prime in (2, 5):  # those of 10: with any other the places do not end
        power = 0
        while denominator % prime == 0:
            denominator, power = denominator // prime, power + 1
        powers.append(power)
    return max(powers) if denominator == 1 else None


_SIGNIFICANT = 6
"""Digits of a number that is shown: as many as ``%g`` has in C and Python."""


def significant(value: float, digits: int = _SIGNIFICANT) -> str:
    """A double rounded to `digits` significant digits, without trailing zeros: ``0.0826784``, ``1.5e-08``."""
    return f"{value:.{digits}g}"

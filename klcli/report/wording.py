"""Phrases that several reports share: numbers with their errors, lists, shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal
from math import floor, log10
from typing import TYPE_CHECKING

from klcli.formula.numeral import significant
from klcli.report.document import Item, Paragraph, Text

if TYPE_CHECKING:
    from klcli.judge.numerical_stability import Overflow
    from klcli.witness.witness import Witness

FEW_DIGITS = 3
"""Of a number that is one of many, or not sure to more: its size is read off."""
RATIO_DIGITS = 4
"""Of a number beside a round one that it may be, such as a ratio beside 1: a thousandth off shows."""
_LIMIT_DIGITS = 5
"""Of where a precision ends, such as -88.723: the limits of other formulas are near."""

_MOST_SHOWN = 4
"""Elements of a vector in a line."""
_DOUBLE_DIGITS = 17
"""With which every double is told from its neighbours."""
_NEAR_ONE = 0.01
"""Values from here on are shown without an exponent, however small their error."""


def plain(text: Text) -> str:
    """Words and formulas as one line of ASCII."""
    from klcli.formula.write.printing import to_text  # a bare number has no formulas

    parts = (text,) if isinstance(text, str) else text
    return "".join(part if isinstance(part, str) else to_text(part) for part in parts)


# Six digits tell a KL from one that is off by a millionth, and are read at a glance.
def about(value: float | None, digits: int = 6) -> str:
    """A rounded number with the sign for it, ``≈ 0.0826784``; ``= 0`` where it is zero."""
    if value is None:
        return "undefined"
    return "= 0" if value == 0 else f"≈ {significant(value, digits)}"


def with_error(value: float, error: float) -> str:
    """An estimate with one standard error to two digits, ``0.08243 ± 0.00049``."""
    if error <= 0:
        return f"{significant(value)} ± 0"
    places = 1 - floor(log10(error))
    # Within these places a plain decimal is short: numbers up to a million, and down to a billionth.
    if -4 <= places <= (_DOUBLE_DIGITS if abs(value) >= _NEAR_ONE else 9):
        shown = max(places, 0)
        return f"{round(value, places):.{shown}f} ± {round(error, places):.{shown}f}"
    exponent = floor(log10(max(abs(value), error)))
    shown = places + exponent
    if shown > _DOUBLE_DIGITS:
        return f"{significant(value)} ± {significant(error, 2)}"
    mantissas = (Decimal(number).scaleb(-exponent) for number in (value, error))
    return "({} ± {})e{}".format(*(f"{mantissa:.{shown}f}" for mantissa in mantissas), exponent)


def percent(share: float) -> str:
    """A share rounded up, as ``3.2 %``; one beyond a thousand percent as ``a factor of 120``.

    What is seen from so large an error on is seen from what is printed on.
    """
    # A thousand percent and more is said as a factor.
    if share >= 10:
        # Three digits, as of a percentage.
        return f"a factor of {significant(_upward(1 + Decimal(share), 3), 3)}"
    # ``3.2 %``, ``320 %``: a tenth of a percent, or a percent.
    digits = 2 if share < 1 else 3
    # In percent.
    return f"{significant(_upward(100 * Decimal(share), digits), digits)} %"


def _upward(number: Decimal, digits: int) -> float:
    """A positive number rounded up to so many digits."""
    return float(Context(prec=digits, rounding=ROUND_CEILING).plus(number))


def list_text(numbers: Sequence[str]) -> str:
    """``0.3`` for one number, ``(0.3, 0.1)`` for several, shortened where there are many."""
    if len(numbers) == 1:
        return numbers[0]
    shown = [*numbers[:_MOST_SHOWN], "..."] if len(numbers) > _MOST_SHOWN + 1 else numbers
    return f"({', '.join(shown)})"


def corrected_block(text: str) -> Paragraph | Item:
    """A correction, in one line or several."""
    first, *others = (Paragraph(line, "good") for line in text.split("\n"))
    return Item("corrected", (first, *others)) if others else Paragraph(f"corrected: {text}", "good")


def verdict_of(witness: Witness) -> str:
    """``agrees``, or by how much it does not."""
    if witness.agrees:
        return "agrees"
    if not witness.z:
        return "disagrees"
    return f"disagrees: {abs(witness.z):.1f} standard errors away, {witness.limit:.2g} are allowed"


def listed(names: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def overflow_text(found: Overflow, symbol: str) -> str:
    """``for s > 88.723 (single), 709.78 (double)``: where a formula is infinite."""
    ends = found.limits.items()
    limits = ", ".join(f"{significant(limit, _LIMIT_DIGITS)} ({name})" for name, limit in ends)
    return f"for {symbol} {'<' if found.below else '>'} {limits}"

"""Numbers against which a divergence is held: the most that it may be, and what it is expected to be."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isinf

from klcli.formula.numeral import number_text, significant
from klcli.gaussian.divergence_result import Unit
from klcli.report.document import DocumentBlock, Paragraph
from klcli.report.wording import FEW_DIGITS
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What was asked for, in the unit of the report; None where it was not.

    Attributes:
        most: the most that a divergence may be.
        expect: what it is expected to be.
        tolerance: how far from that it may be.
    """

    most: Fraction | None = None
    expect: Fraction | None = None
    tolerance: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Held:
    """What came of it; the field names are the keys of the JSON.

    Attributes:
        max: the most that the divergence may be; None where there is no such limit.
        expect: what it is expected to be; None where nothing is.
        tolerance: how far from that it may be.
        difference: of the divergence to it; None where it has none that is finite.
        holds: whether the divergence is within all of them.
    """

    max: Fraction | None
    expect: Fraction | None
    tolerance: Fraction | None
    difference: float | None
    holds: bool


def held(limits: Limits, value: float | None) -> Held | None:
    """A divergence held against limits, both without any rounding; None where there are no limits.

    Args:
        limits: what was asked for.
        value: the divergence, inf if it is that; None where nothing is known of it but a sample, which
            confirms and never judges, so that nothing holds.
    """
    if limits.most is None and limits.expect is None:
        return None
    expects = limits.expect is not None
    found = (limits.most, limits.expect, limits.tolerance if expects else None)
    if value is None or isinf(value):
        return Held(*found, None, holds=False)
    exact = Fraction(value)
    within = limits.most is None or exact <= limits.most
    if limits.expect is None:
        return Held(*found, None, holds=within)
    difference = exact - limits.expect
    return Held(*found, float(difference), holds=within and abs(difference) <= limits.tolerance)


def limit_blocks(found: Held | None, value: float | None, unit: Unit) -> Iterator[DocumentBlock]:
    """What is said of limits, one line each.

    Args:
        found: the limits and whether they hold; None where there are none.
        value: of the KL, in the unit; None where nothing but a sample is known.
        unit: of all numbers.
    """
    if not found:
        return
    if value is None:
        yield Paragraph("nothing but a sample is known of the KL, which is held against no number", "bad")
        return
    if found.max is not None:
        holds = value <= found.max
        words = "at most" if holds else "more than"
        yield Paragraph(
            f"limit: {significant(value)} {unit} is {words} {number_text(found.max)}",
            "good" if holds else "bad",
        )
    if found.expect is not None and found.tolerance is not None:
        holds = found.difference is not None and abs(found.difference) <= found.tolerance
        away = (
            "infinitely far"
            if found.difference is None
            else f"{significant(abs(found.difference), FEW_DIGITS)} away"
        )
        wanted = f"{number_text(found.expect)} ± {number_text(found.tolerance)} {unit}"
        words = "within the tolerance" if holds else "not within the tolerance"
        yield Paragraph(f"expected: {wanted}; it is {away}, {words}", "good" if holds else "bad")

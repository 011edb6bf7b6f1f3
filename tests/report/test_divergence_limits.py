"""Divergences held against limits: without any rounding, and what is said of each."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest

from klcli.report.divergence_limits import Held, Limits, held, limit_blocks

TENTH = Fraction(1, 10)


@pytest.mark.parametrize(
    ("limits", "value", "holds", "difference"),
    [
        (Limits(most=Fraction(1, 2)), 0.5, True, None),
        (Limits(most=Fraction(1, 2)), 0.5000000001, False, None),
        # The double 0.1 is 0.1000000000000000055..., which is more than a tenth
        (Limits(most=TENTH), 0.1, False, None),
        (Limits(expect=Fraction(0.1)), 0.1, True, 0.0),
        (Limits(expect=TENTH), 0.1, False, float(Fraction(0.1) - TENTH)),
        (Limits(expect=TENTH, tolerance=Fraction(1, 10**6)), 0.1, True, float(Fraction(0.1) - TENTH)),
        (Limits(expect=Fraction(1), tolerance=Fraction(1, 4)), 0.75, True, -0.25),
        (Limits(expect=Fraction(1), tolerance=Fraction(1, 4)), 1.251, False, 0.251),
        (Limits(most=Fraction(1, 2), expect=Fraction(1)), 1.0, False, 0.0),
        (Limits(most=Fraction(1)), inf, False, None),
        (Limits(most=Fraction(1)), None, False, None),
    ],
)
def test_a_value_is_held_exactly(
    limits: Limits, value: float | None, holds: bool, difference: float | None
) -> None:
    found = held(limits, value)
    assert found is not None
    assert found.holds is holds
    assert found.difference == (difference if difference is None else pytest.approx(difference, rel=1e-12))
    assert (found.tolerance is None) == (limits.expect is None)


def test_without_limits_nothing_is_held() -> None:
    assert held(Limits(), 0.5) is None
    assert list(limit_blocks(None, 0.5, "nats")) == []


def said(limits: Limits, value: float | None) -> list[tuple[str, str]]:
    found: Held | None = held(limits, value)
    return [(block.text, block.tone) for block in limit_blocks(found, value, "bits")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("limits", "value", "text", "tone"),
    [
        (Limits(most=Fraction(1, 2)), 0.25, "limit: 0.25 bits is at most 0.5", "good"),
        (Limits(most=Fraction(1, 2)), 0.75, "limit: 0.75 bits is more than 0.5", "bad"),
        (
            Limits(expect=Fraction(1), tolerance=TENTH),
            1.05,
            "expected: 1 ± 0.1 bits; it is 0.05 away, within the tolerance",
            "good",
        ),
        (
            Limits(expect=Fraction(1), tolerance=TENTH),
            inf,
            "expected: 1 ± 0.1 bits; it is infinitely far, not within the tolerance",
            "bad",
        ),
        (
            Limits(most=Fraction(1)),
            None,
            "nothing but a sample is known of the KL, which is held against no number",
            "bad",
        ),
    ],
)
def test_what_is_said(limits: Limits, value: float | None, text: str, tone: str) -> None:
    assert said(limits, value) == [(text, tone)]


def test_each_limit_has_a_line() -> None:
    assert len(said(Limits(most=Fraction(2), expect=Fraction(1)), 1.0)) == 2

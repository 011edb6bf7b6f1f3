"""Factors of columns, as fractions: recovered from values, and none where the values are no sum of them."""

from __future__ import annotations

from fractions import Fraction
from math import exp, nan

import pytest

from klcli.judge.spaces.log_ratios.rational_factors import factors_of

NAMES = ("1", "u", "u^2", "exp(-u)")
POINTS = [-2.1 + 0.47 * step for step in range(10)]
ROWS = [(1.0, u, u * u, exp(-u)) for u in POINTS]


def of(**factors: float) -> list[float]:
    order = (factors.get(name, 0.0) for name in ("one", "u", "uu", "fall"))
    one, line, square, fall = order
    return [one + line * u + square * u * u + fall * exp(-u) for u in POINTS]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (of(fall=1, u=1, one=-1), {"exp(-u)": 1, "u": 1, "1": -1}),  # k3, Schulman (2020)
        (of(uu=0.5), {"u^2": Fraction(1, 2)}),
        (
            of(fall=0.1, u=0.1, one=-0.1),
            {"exp(-u)": Fraction(1, 10), "u": Fraction(1, 10), "1": Fraction(-1, 10)},
        ),
        (of(u=-1 / 3), {"u": Fraction(-1, 3)}),
        (of(), {}),
    ],
)
def test_factors_are_recovered(values: list[float], expected: dict[str, Fraction]) -> None:
    assert factors_of(NAMES, ROWS, values) == expected


@pytest.mark.parametrize(
    "values", [[u**3 for u in POINTS], [exp(u) for u in POINTS], [nan, *of(u=1)[1:]], [*of(u=1)[:-1], 7.0]]
)
def test_what_is_no_sum_of_the_columns_is_none(values: list[float]) -> None:
    assert factors_of(NAMES, ROWS, values) is None


def test_a_common_factor_of_any_size_leaves_the_ratios_plain() -> None:
    found = factors_of(NAMES, ROWS, of(fall=1.2345678, u=2.4691356))
    assert found is not None
    assert found["u"] / found["exp(-u)"] == 2
    assert float(found["exp(-u)"]) == pytest.approx(1.2345678, rel=1e-8)

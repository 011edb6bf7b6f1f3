"""The engine against columns that are made here: exact rationals, and numbers of mpmath."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest

from klcli.judge.engine import Coefficients, Columns, Screen, fitted, identified, recovered, solved
from klcli.judge.scaled_kl import ScaledKL

POINTS = [Fraction(n, 7) for n in (1, 2, 3, 5, 8, 13, -4)]


def decimal(value: Fraction) -> Decimal:
    with mpmath.workdps(80):
        return Decimal(mpmath.nstr(mpmath.mpf(value.numerator) / value.denominator, 75))


ROWS = [tuple(decimal(x**power) for power in (0, 1, 2)) for x in POINTS]


def values(*factors: Fraction, error: str = "0") -> Iterator[Decimal]:
    """Of a polynomial, with an error at the last point."""
    for place, x in enumerate(POINTS):
        wrong = Fraction(error) * (place == len(POINTS) - 1)
        yield decimal(sum((factor * x**power for power, factor in enumerate(factors)), wrong))


def test_the_factors_are_those_of_the_columns() -> None:
    found = fitted(ROWS, values(Fraction(3, 4), Fraction(0), Fraction(-2, 9)), 50)
    assert found
    assert [recovered(one, 50) for one in found.values] == [Fraction(3, 4), 0, Fraction(-2, 9)]


@pytest.mark.parametrize(("error", "holds"), [("1e-55", True), ("1e-45", False), ("1e-10", False)])
def test_every_point_beyond_the_solution_is_checked(error: str, holds: bool) -> None:
    given = (Fraction(1), Fraction(2), Fraction(3))
    assert (fitted(ROWS, values(*given, error=error), 50) is not None) is holds


def test_no_more_values_are_taken_than_are_needed() -> None:
    taken = []

    def noted() -> Iterator[Decimal]:
        for place, value in enumerate(values(Fraction(1), Fraction(2), Fraction(3), Fraction(4))):
            taken.append(place)
            yield value

    assert fitted(ROWS, noted(), 50) is None  # a cubic
    assert taken == [0, 1, 2, 3]


def linear(found: Coefficients) -> ScaledKL | None:
    return ScaledKL(recovered(found.values[1], found.digits), recovered(found.values[0], found.digits))


def test_the_direction_that_fits_is_read() -> None:
    """Here one of squares, and one of the points themselves; the values are taken once."""
    squares = [(row[0], row[2]) for row in ROWS]
    directions = [Columns(squares, lambda found: None), Columns([row[:2] for row in ROWS], linear)]
    found = identified(directions, values(Fraction(1, 3), Fraction(5)), 50)
    assert found == ScaledKL(Fraction(5), Fraction(1, 3))
    assert identified(directions, values(Fraction(1, 3), Fraction(0), Fraction(5)), 50) is None


def test_a_program_without_a_value_is_none() -> None:
    def broken() -> Iterator[Decimal]:
        yield Decimal(1)
        raise ZeroDivisionError

    assert identified([Columns(ROWS, linear)], broken(), 50) is None


def test_the_screen_admits_what_is_made_of_the_columns_and_nothing_far_from_it() -> None:
    screen = Screen.of([[float(one) for one in row] for row in ROWS])
    assert len(screen.residuals) == len(POINTS) - 3
    for factors in ((1.0, 0.0, 0.0), (-3.5, 2.0, 0.25)):
        own = [sum(factor * float(x) ** power for power, factor in enumerate(factors)) for x in POINTS]
        assert screen.admits(own, 10.0)
        assert not screen.admits([*own[:-1], own[-1] + 0.01], 10.0)
        assert screen.admits([*own[:-1], own[-1] + 0.01], float("inf"))


def test_equations_without_one_solution_have_none() -> None:
    assert solved([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]) is None
    assert solved([[0.0, 2.0], [4.0, 0.0]], [1.0, 2.0]) == [0.5, 0.5]


@pytest.mark.parametrize("digits", [50, 70])
def test_numbers_are_recovered_where_they_are_plain(digits: int) -> None:
    third = decimal(Fraction(1, 3))
    assert recovered(third, digits) == Fraction(1, 3)
    assert isinstance(recovered(Decimal(2).sqrt(), 28), Decimal)

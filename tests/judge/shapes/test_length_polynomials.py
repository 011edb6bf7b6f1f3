"""Monomials and polynomials of the lengths of axes, from their values and as text."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from klcli.judge.shapes import reduction_fit
from klcli.judge.shapes.length_polynomials import (
    ONE,
    LengthMonomial,
    LengthPolynomial,
    fitted_monomial,
    fitted_polynomial,
)

SHAPES = reduction_fit.SHAPES[2]
NAMES = ("B", "d")


def monomial(factor: str, *powers: int) -> LengthMonomial:
    return LengthMonomial(Fraction(factor), powers)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (monomial("1", 0, 0), "1"),
        (monomial("1", 1, 1), "B d"),
        (monomial("-1", -1, 0), "-1/B"),
        (monomial("1/2", 0, -1), "1/(2 d)"),
        (monomial("2", 0, 1), "2 d"),
        (monomial("1/2", 1, 2), "B d^2/2"),
        (monomial("3/4", -1, 1), "3 d/(4 B)"),
        (monomial("1", -1, -1), "1/(B d)"),
        (monomial("-3/2", 0, 0), "-3/2"),
        (monomial("5", -2, 0), "5/B^2"),
    ],
)
def test_texts(given: LengthMonomial, text: str) -> None:
    assert given.text(NAMES) == text


def test_one() -> None:
    assert ONE.is_one
    assert monomial("1", 0, 0).is_one
    assert not monomial("1", -1, 0).is_one
    assert not monomial("2").is_one
    assert ONE.times(Fraction(2), (0, 1)) == monomial("2", 0, 1)
    assert monomial("1/2", -1, 0).times(Fraction(4), (1, 1)) == monomial("2", 0, 1)


def test_sums_of_monomials() -> None:
    found = LengthPolynomial().plus(monomial("1/2", 1, 1)).plus(monomial("-1/2", 1, 2))
    assert found.text(NAMES) == "B d/2 - B d^2/2"
    assert found.plus(monomial("-1/2", 1, 1)).text(NAMES) == "-B d^2/2"
    assert found.plus(monomial("-1/2", 1, 1)).plus(monomial("1/2", 1, 2)) == LengthPolynomial()
    assert LengthPolynomial().text(NAMES) == "0"


@pytest.mark.parametrize(
    ("factor", "first", "second"),
    list(itertools.product(("1", "-1/2", "3/7", "0.1"), (-2, -1, 0, 1, 3), (-1, 0, 1, 2))),
)
def test_a_monomial_is_found(factor: str, first: int, second: int) -> None:
    number = Fraction(factor)
    values = [float(number) * b**first * d**second for b, d in SHAPES]
    assert fitted_monomial(SHAPES, values) == LengthMonomial(number, (first, second))


@pytest.mark.parametrize(
    "values",
    [
        [float(b + d) for b, d in SHAPES],
        [b**0.5 for b, _ in SHAPES],
        [float(b - d) for b, d in SHAPES],
        [float(b**5) for b, _ in SHAPES],
        [0.0 for _ in SHAPES],
        [1.0] * 7 + [1.001],
    ],
)
def test_what_is_no_monomial(values: list[float]) -> None:
    assert fitted_monomial(SHAPES, values) is None


def test_a_long_number_stays_what_it_is() -> None:
    found = fitted_monomial(SHAPES, [0.14142135624 * d for _, d in SHAPES])
    assert found
    assert found.powers == (0, 1)
    assert float(found.factor) == pytest.approx(0.14142135624, rel=1e-12)


TERMS = ((1, 1), (1, 0), (0, 1), (0, 0), (1, 2), (2, 1))


@pytest.mark.parametrize("own", list(itertools.combinations(range(6), 2)))
def test_a_polynomial_is_found(own: tuple[int, int]) -> None:
    factors = dict(zip((TERMS[place] for place in own), (Fraction(1, 2), Fraction(-3)), strict=True))
    values = [
        float(sum(factor * b**i * d**j for (i, j), factor in factors.items()))  # exact in doubles
        for b, d in SHAPES
    ]
    found = fitted_polynomial(SHAPES, values)
    assert found is not None
    assert {term.powers: term.factor for term in found.terms} == factors


def test_the_loss_of_an_example_with_d_counted_d_times() -> None:
    found = fitted_polynomial(SHAPES, [d / 2 - d * d / 2 for _, d in SHAPES])
    assert found
    assert found.text(NAMES) == "d/2 - d^2/2"


def test_nothing_is_the_polynomial_without_terms() -> None:
    assert fitted_polynomial(SHAPES, [0.0] * 8) == LengthPolynomial()
    assert fitted_polynomial(SHAPES, [1e-12] * 8) == LengthPolynomial()


@pytest.mark.parametrize(
    "values",
    [[float(d**3) for _, d in SHAPES], [1 / b for b, _ in SHAPES], [2.0**b for b, _ in SHAPES]],
)
def test_what_is_no_polynomial(values: list[float]) -> None:
    assert fitted_polynomial(SHAPES, values) is None


@pytest.mark.parametrize(
    "powers",
    [own for own in itertools.product(range(-2, 4), repeat=2) if own not in (*TERMS, (2, 0), (0, 2))],
)
def test_no_other_power_is_taken_for_a_polynomial(powers: tuple[int, int]) -> None:
    values = [float(b) ** powers[0] * float(d) ** powers[1] for b, d in SHAPES]
    assert fitted_polynomial(SHAPES, values) is None


def test_a_polynomial_of_one_axis() -> None:
    shapes = ((2,), (3,), (5,), (4,), (7,))
    found = fitted_polynomial(shapes, [d / 2 - d * d / 2 for (d,) in shapes])
    assert found
    assert found.text(("d",)) == "d/2 - d^2/2"


def test_too_few_shapes() -> None:
    assert fitted_polynomial(SHAPES[:4], [float(b) for b, _ in SHAPES[:4]]) is None
    assert fitted_polynomial(((2, 3, 4),) * 9, [1.0] * 9) is None

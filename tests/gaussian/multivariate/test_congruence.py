"""Congruences without rounding errors, against rationals: they are as near as they say."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest

from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.multivariate.congruence import Transform, congruence, frobenius, image


def random_problem(size: int, bits: int, spread: int) -> tuple[Transform, tuple[FloatArray, FloatArray]]:
    """A triangle of whole numbers of so many bits, and a symmetric matrix with a second part."""
    generator = numpy.random.default_rng(size + bits)
    whole = numpy.tril(generator.integers(1 - 2**bits, 2**bits, (size, size))).astype(float)
    high = generator.standard_normal((size, size)) * 2.0 ** generator.integers(-spread, 1, (size, size))
    low = 2.0**-54 * generator.standard_normal((size, size)) * high
    return Transform(whole, bits), (high + high.T, low + low.T)


def exactly(transform: Transform, parts: tuple[FloatArray, ...]) -> list[list[Fraction]]:
    """In multiples of the smallest bit of the matrix: whole numbers are multiplied much faster than fractions."""
    whole = [[int(entry) for entry in row] for row in transform.entries.tolist()]
    size = range(len(whole))
    sums = [[sum(Fraction(float(part[i, j])) for part in parts) for j in size] for i in size]
    unit = max(entry.denominator for row in sums for entry in row)
    matrix = [[int(entry * unit) for entry in row] for row in sums]
    left = [[sum(a * b for a, b in zip(row, column, strict=True)) for column in matrix] for row in whole]
    return [
        [Fraction(sum(a * b for a, b in zip(row, other, strict=True)), unit) for other in whole]
        for row in left
    ]


@pytest.mark.parametrize(
    ("size", "bits", "spread"), [(1, 5, 0), (5, 12, 30), (20, 20, 0), (70, 9, 40), (20, 40, 5)]
)
@pytest.mark.parametrize("tolerance", [2.0**-10, 2.0**-40])
@pytest.mark.parametrize("identity", [False, True])
def test_the_error_is_a_bound(size: int, bits: int, spread: int, tolerance: float, identity: bool) -> None:
    transform, parts = random_problem(size, bits, spread)
    largest = 4.0**bits * size
    found = congruence(transform, parts, tolerance * largest, identity=identity)
    true = exactly(transform, parts)
    error = Fraction(0)
    for i in range(size):
        for j in range(size):
            rounding = Fraction(2) ** -53 * abs(Fraction(float(found.entries[i, j])))
            off = abs(Fraction(float(found.entries[i, j])) - true[i][j] + (identity and i == j))
            error += max(Fraction(0), off - rounding) ** 2
    trace = sum(true[i][i] for i in range(size)) - size * identity
    assert error <= Fraction(found.error) ** 2
    assert abs(sum(map(Fraction, found.diagonal)) - trace) <= Fraction(found.error) * size
    assert found.error <= 2 * tolerance * largest
    assert (found.entries == found.entries.T).all()


def test_images_of_vectors() -> None:
    transform, _ = random_problem(40, 20, 0)
    column = numpy.random.default_rng(0).standard_normal((40, 1))
    (high, low), error = image(transform, (column, column * 2.0**-60))
    for row, first, second in zip(transform.entries.tolist(), high.ravel(), low.ravel(), strict=True):
        true = sum(
            Fraction(a) * Fraction(float(b)) * (1 + Fraction(2) ** -60)
            for a, b in zip(row, column.ravel(), strict=True)
        )
        assert abs(Fraction(float(first)) + Fraction(float(second)) - true) <= Fraction(error)
    assert error <= 1e-20


@pytest.mark.parametrize("unit", [1e-200, 1.0, 1e200])
def test_norms_of_any_size(unit: float) -> None:
    assert frobenius(unit * numpy.array([[3.0, 0.0], [0.0, 4.0]])) == pytest.approx(5 * unit)

"""Products without rounding errors, against rationals."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest

from klcli.gaussian.double_double import DoubleDouble, FloatArray
from klcli.gaussian.multivariate.products import exact_product


def as_rational(pair: DoubleDouble, i: int, j: int) -> Fraction:
    return Fraction(float(pair[0][i, j])) + Fraction(float(pair[1][i, j]))


def scattered(generator: numpy.random.Generator, shape: tuple[int, int], reach: int) -> FloatArray:
    return generator.standard_normal(shape) * 2.0 ** generator.integers(-reach, reach + 1, shape)


@pytest.mark.parametrize(("inner", "reach"), [(1, 0), (3, 20), (33, 0), (60, 30), (300, 10)])
def test_the_error_is_as_small_as_was_asked_for(inner: int, reach: int) -> None:
    generator, bits = numpy.random.default_rng(inner), 120
    left: DoubleDouble = (scattered(generator, (4, inner), reach), numpy.zeros((4, inner)))
    right: DoubleDouble = (scattered(generator, (inner, 3), reach), numpy.zeros((inner, 3)))
    left = left[0], left[0] * 2.0**-55 * generator.standard_normal((4, inner))
    found = exact_product(left, right, bits)
    for i in range(4):
        for j in range(3):
            true = sum(as_rational(left, i, k) * as_rational(right, k, j) for k in range(inner))
            scale = numpy.abs(left[0][i]).max() * numpy.abs(right[0][:, j]).max() * inner
            allowed = Fraction(float(scale)) * Fraction(2) ** (2 - bits) + abs(true) * Fraction(2) ** -100
            assert abs(as_rational(found, i, j) - true) <= allowed


def test_what_cancels_keeps_its_digits() -> None:
    """Columns that cancel to 2^-80 of their size, where float64 would give nothing."""
    one = numpy.ones((1, 3))
    column = numpy.array([[1.0], [-1.0 + 2.0**-40], [-(2.0**-40) + 2.0**-80]])
    high, low = exact_product((one, 0 * one), (column, 0 * column), 110)
    assert high[0, 0] + low[0, 0] == 2.0**-80


def test_zeros() -> None:
    nothing = numpy.zeros((2, 2))
    high, low = exact_product((nothing, nothing), (nothing, nothing), 110)
    assert not high.any()
    assert not low.any()

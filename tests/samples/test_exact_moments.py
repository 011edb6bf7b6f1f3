"""Moments against rational numbers, in any blocks and any order."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.samples.exact_moments import ExactMoments

NUMBERS = st.floats(-1e100, 1e100, allow_nan=False, allow_subnormal=False)


def moments(*blocks: list[float] | numpy.ndarray) -> ExactMoments:
    found = ExactMoments()
    for block in blocks:
        found.add(numpy.array(block))
    return found


@given(st.lists(NUMBERS, min_size=2, max_size=40))
def test_the_mean_is_rounded_once_and_squares_lose_little(values: list[float]) -> None:
    found = moments(values)
    mean = sum(map(Fraction, values)) / len(values)
    assert found.mean == float(mean)
    squares = sum((Fraction(value) - mean) ** 2 for value in values)
    lost = sum(Fraction(value) ** 2 for value in values) * Fraction(2) ** -52
    assert abs(Fraction(found.squares) - squares) <= lost + squares * Fraction(2) ** -50


@given(st.lists(NUMBERS, min_size=2, max_size=30), st.integers(0, 30), st.randoms(use_true_random=False))
def test_order_and_blocks_do_not_matter(values: list[float], cut: int, random: object) -> None:
    whole = moments(values)
    random.shuffle(values)  # type: ignore[attr-defined]
    merged = moments(values[cut:])
    merged.merge(moments(values[:cut]))
    assert (merged.count, merged.mean, merged.squares) == (whole.count, whole.mean, whole.squares)


def test_the_standard_error_is_that_of_numpy() -> None:
    values = numpy.random.default_rng(0).normal(3, 2, 5000)
    assert moments(values[:4000], values[4000:]).standard_error == pytest.approx(
        values.std(ddof=1) / 5000**0.5, rel=1e-12
    )


def test_equal_numbers_have_no_error() -> None:
    assert moments([0.1] * 1000).standard_error == 0.0


def test_numbers_beyond_the_doubles() -> None:
    assert (moments([1.0], [inf]).mean, moments([1.0], [inf]).squares) == (inf, inf)
    far = moments([1e300, -1e300], [1.0, 2.0])
    assert (far.mean, far.squares) == (0.75, inf)

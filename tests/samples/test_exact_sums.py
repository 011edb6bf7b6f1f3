"""Sums without rounding, against `math.fsum` and whole numbers, in any order and in any blocks."""

from __future__ import annotations

from fractions import Fraction
from math import fsum, inf

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.samples.exact_sums import MOST_ROWS, ExactSums, rounded

finite = st.floats(allow_nan=False, allow_infinity=False)


def total(*blocks: numpy.ndarray) -> list[float]:
    found = ExactSums(blocks[0].shape[1])
    for block in blocks:
        found.add(block)
    return found.values


def truth(values: list[float]) -> float:
    exact = sum(map(Fraction, values), Fraction(0))
    try:
        return float(exact)
    except OverflowError:
        return inf if exact > 0 else -inf


@given(st.lists(finite, min_size=1, max_size=40))
def test_any_doubles_sum_to_the_nearest_double(values: list[float]) -> None:
    assert total(numpy.array(values)[:, None]) == [truth(values)]


@given(st.lists(finite, min_size=2, max_size=30), st.randoms(use_true_random=False), st.integers(1, 29))
def test_order_and_blocks_do_not_matter(values: list[float], random: object, cut: int) -> None:
    whole = total(numpy.array(values)[:, None])
    random.shuffle(values)  # type: ignore[attr-defined]
    array = numpy.array(values)[:, None]
    parts = [part for part in (array[:cut], array[cut:]) if len(part)]
    merged = ExactSums(1)
    for part in parts:
        own = ExactSums(1)
        own.add(part)
        merged.merge(own)
    assert merged.values == whole == total(*parts)


@pytest.mark.parametrize("scale", [1e-320, 1e-18, 1.0, 1e290])
def test_full_blocks_against_fsum(scale: float) -> None:
    values = numpy.random.default_rng(1).exponential(scale, (MOST_ROWS, 3))
    assert total(values) == [fsum(values[:, j]) for j in range(3)]


def test_more_blocks_than_fit_before_a_carry() -> None:
    block = numpy.full((MOST_ROWS, 1), 1 - 2.0**-53)
    found = ExactSums(1)
    for _ in range(1100):
        found.add(block)
    count = 1100 * MOST_ROWS
    assert found.values == [float(count * Fraction(1 - 2.0**-53))]


def test_a_hundred_million_tiny_kls() -> None:
    """1e8 times 1e-18: the sum of doubles one by one is 1e-7 off, this is the nearest double."""
    found = ExactSums(1)
    block = numpy.full((MOST_ROWS, 1), 1e-18)
    for _ in range(12208):
        found.add(block)
    exact = float(Fraction(1e-18) * 12208 * MOST_ROWS)
    assert found.values == [exact]
    assert found.total == exact


def test_sums_beyond_the_doubles_are_infinite() -> None:
    assert total(numpy.full((2, 1), 1.7e308)) == [inf]
    assert total(numpy.array([[1.7e308], [1.7e308], [-1.7e308]])) == [1.7e308]


def test_rounded_divides_before_it_rounds() -> None:
    assert rounded(1, 0, 3) == 1 / 3
    assert rounded(1, 1100, 1) == inf
    assert rounded(3, -1, 1) == 1.5

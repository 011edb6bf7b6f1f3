"""Histograms block by block, against numpy's of all numbers at once."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.histogram import Histogram

NORMAL = numpy.random.default_rng(1).normal(size=30_000)


@pytest.mark.parametrize(
    "numbers",
    [
        NORMAL,
        NORMAL[:1],
        1e9 + NORMAL,
        numpy.concatenate([1e-3 * NORMAL[:9000], [1e6, -1e5]]),
        numpy.full(1000, 0.1),
        numpy.concatenate([numpy.zeros(500), NORMAL[:10]]),
        numpy.array([-1e300, 1e300]),
        numpy.array([5e-324, 0.0, 1e-310]),
        1e-200 * NORMAL,
    ],
    ids=["normal", "one", "far", "outliers", "equal", "grows", "huge", "tiny", "small"],
)
def test_the_counts_are_those_of_all_numbers(numbers: numpy.ndarray) -> None:
    found = Histogram()
    for block in numpy.array_split(numbers, max(1, len(numbers) // 700)):
        found.add(block)
    edges, counts = found.bins(48)
    assert 1 <= len(counts) <= 48
    assert sum(counts) == len(numbers)
    assert min(counts[0], counts[-1]) > 0
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        assert count == numpy.count_nonzero((numbers >= left) & (numbers < right))


def test_bins_are_narrow_enough() -> None:
    found = Histogram()
    for block in numpy.array_split(NORMAL, 40):
        found.add(block)
    assert len(found.bins(48)[1]) > 24


def test_none_of_nothing() -> None:
    assert Histogram().bins(48) == ((0.0,), ())


@pytest.mark.parametrize("step", [1, -1])
def test_they_merge_in_any_order(step: int) -> None:
    """A first block of zeros, of one number or of a wide range decides nothing."""
    blocks = [numpy.zeros(3), 1e-6 * NORMAL[:50], numpy.array([7.0]), 1e3 * NORMAL[50:80], numpy.zeros(1)]
    merged, whole = Histogram(), Histogram()
    for block in blocks[::step]:
        own = Histogram()
        own.add(block)
        merged.merge(own)
    whole.add(numpy.concatenate(blocks))
    assert merged.bins(48) == whole.bins(48)


def test_zeros_before_small_numbers_do_not_make_wide_bins() -> None:
    found = Histogram()
    for block in (numpy.zeros(5), 1e-6 * NORMAL[:500]):
        found.add(block)
    assert len(found.bins(48)[1]) > 24

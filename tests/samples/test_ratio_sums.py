"""Sums over log ratios against mpmath: tails, blocks of any size in any order."""

from __future__ import annotations

import mpmath
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.samples.estimates import estimation
from klcli.samples.ratio_sums import RatioSums


def test_sums_of_a_small_table() -> None:
    sums = RatioSums()
    sums.add(numpy.array([0.5, -0.25, numpy.inf, 0.0]))
    assert (sums.count, sums.infinite, sums.negative) == (4, 1, 1)
    ratios = [mpmath.exp(-0.5), mpmath.exp(0.25), 0, 1]
    assert 1 + sums.ratio.mean == pytest.approx(float(sum(ratios) / 4), rel=1e-15)
    assert 1 + sums.inverse.mean == pytest.approx(
        float(sum(1 / ratio for ratio in ratios if ratio) / 3), rel=1e-15
    )
    assert sums.estimators["k1"].mean == pytest.approx(0.25 / 3)


@given(st.integers(1, 40_000))
@settings(max_examples=25)
def test_the_cut_into_blocks_does_not_matter(cut: int) -> None:
    logs = numpy.random.default_rng(1).normal(size=40_000)
    whole, parts = RatioSums(), RatioSums()
    whole.add(logs)
    parts.add(logs[:cut])
    if cut < len(logs):
        parts.add(logs[cut:])
    for name, moments in whole.estimators.items():
        assert parts.estimators[name].mean == pytest.approx(moments.mean, rel=1e-12, abs=1e-15)
        assert parts.estimators[name].standard_error == pytest.approx(moments.standard_error, rel=1e-10)
    assert parts.ratio_tail() == whole.ratio_tail()
    assert parts.log_ratio_tail() == whole.log_ratio_tail()


WIDE = st.one_of(
    st.floats(-2, 2), st.floats(-900, 900), st.sampled_from([0.0, 1e-9, 1e200, -1e200, numpy.inf])
)


@given(st.lists(WIDE, min_size=3, max_size=60), st.data())
def test_parts_merge_in_any_order_with_the_same_digits(logs: list[float], data: st.DataObject) -> None:
    """All that an estimation is made of: a table in one, and in parts that are merged as they come."""
    rows = numpy.array(logs)
    whole = RatioSums()
    whole.add(rows)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows) - 1), max_size=5)))
    parts = []
    for first, part in zip([0, *cuts], numpy.split(rows, cuts), strict=True):
        parts.append(RatioSums())
        parts[-1].add(part, first)
    order = data.draw(st.permutations(parts))
    merged = order[0]
    for part in order[1:]:
        merged.merge(part)
    assert estimation(merged) == estimation(whole)
    assert merged.spread.bins(48) == whole.spread.bins(48)
    assert merged.pilots["k3"].sums == whole.pilots["k3"].sums


def test_large_tables_merge_with_the_same_digits() -> None:
    """Tails and pilots that have to be cut, of 30 parts in two orders."""
    rows = numpy.random.default_rng(3).standard_t(3, size=150_000)
    found: list[RatioSums] = []
    for step in (1, -1):
        merged = RatioSums()
        starts = range(0, len(rows), 5000)
        for start in starts[::step]:
            part = RatioSums()
            part.add(rows[start : start + 5000], start)
            merged.merge(part)
        found.append(merged)
    whole = RatioSums()
    whole.add(rows)
    for merged in found:
        assert (estimation(merged), merged.spread.bins(48)) == (estimation(whole), whole.spread.bins(48))
        pilot, expected = merged.pilots["k3"], whole.pilots["k3"]
        assert pilot.sums == expected.sums
        assert all(numpy.array_equal(pilot.tail(sign), expected.tail(sign)) for sign in (-1, 1))


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9, 3.0])
def test_the_tail_of_pareto_ratios_has_their_shape(shape: float) -> None:
    """r = u^-k of uniform u is Pareto of shape k, at any scale."""
    uniform = (numpy.arange(100_000) + 0.5) / 100_000
    for scale in (0.0, 5000.0, -5000.0):
        sums = RatioSums()
        sums.add(shape * numpy.log(uniform) + scale)
        tail = sums.ratio_tail()
        assert tail.size == 949
        assert tail.shape == pytest.approx(shape, rel=0.03, abs=0.02)
        assert tail.shape_error == pytest.approx((1 + shape) / 949**0.5, rel=0.05)


def test_the_tail_of_log_ratios() -> None:
    uniform = (numpy.arange(100_000) + 0.5) / 100_000
    sums = RatioSums()
    sums.add(uniform**-0.6)
    assert sums.log_ratio_tail().shape == pytest.approx(0.6, abs=0.03)


def test_ratios_beyond_the_doubles_have_the_heaviest_tail() -> None:
    sums = RatioSums()
    sums.add(numpy.random.default_rng(0).normal(size=10_000) * 1000)
    shape = sums.ratio_tail().shape
    assert shape is not None
    assert shape > 1
    assert sums.weights.effective_size == pytest.approx(1)


@pytest.mark.parametrize(
    ("logs", "bounded"), [([0.0] * 1000, True), ([0.1, -0.1] * 500, True), ([0.1, 0.2], False)]
)
def test_tails_that_are_none(logs: list[float], bounded: bool) -> None:
    sums = RatioSums()
    sums.add(numpy.array(logs))
    assert sums.ratio_tail().shape is None
    assert sums.ratio_tail().bounded is bounded

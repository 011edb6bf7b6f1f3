"""The histogram of log ratios."""

from __future__ import annotations

import numpy
import pytest

from klcli.report.document import Bars, Curve
from klcli.report.estimate_picture import ratios_plots
from klcli.samples.estimates import estimation
from klcli.samples.ratio_sums import RatioSums


def sums(*blocks: numpy.ndarray) -> RatioSums:
    found = RatioSums()
    for block in blocks:
        found.add(block)
    return found


def test_bars_and_tail() -> None:
    ratios = numpy.random.default_rng(4).normal(0.3, 1, 20_000)
    found = sums(*numpy.array_split(ratios, 7))
    (plot,) = ratios_plots(estimation(found), found.spread)
    bars, tail, mean = plot.series
    assert isinstance(bars, Bars)
    assert isinstance(tail, Bars)
    assert isinstance(mean, Curve)
    counted, _ = numpy.histogram(ratios, numpy.array(bars.edges))
    assert bars.heights == tuple(counted)
    size = estimation(found).ratio_tail.size
    assert tail.name == f"the {size:,} largest r"
    assert sum(tail.heights) == size
    largest = numpy.sort(ratios)[:size]
    counted, _ = numpy.histogram(largest, numpy.array(tail.edges))
    assert tail.heights == tuple(counted)
    assert mean.x == pytest.approx((numpy.mean(ratios),) * 2)


def test_infinite_ones_are_told_and_left_out() -> None:
    found = sums(numpy.array([0.1, 0.2, numpy.inf, 0.3]))
    (plot,) = ratios_plots(estimation(found), found.spread)
    assert "; 1 infinite ones are left out" in plot.remark
    assert {type(one) for one in plot.series} == {Bars}, "the mean is infinite"


def test_nothing_finite_has_no_picture() -> None:
    found = sums(numpy.array([numpy.inf, numpy.inf]))
    assert ratios_plots(estimation(found), found.spread) == []

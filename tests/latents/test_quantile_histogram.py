"""Quantiles of a grid, against numpy's, to the width of a cell."""

from __future__ import annotations

import numpy
import pytest

from klcli.latents.quantile_histogram import RELATIVE_WIDTH, LogGrid


def grid(*blocks: numpy.ndarray) -> LogGrid:
    found = LogGrid()
    for block in blocks:
        found.add(block)
    return found


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.75, 0.95])
@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_quantiles(share: float, scale: float) -> None:
    values = numpy.random.default_rng(2).exponential(scale, 10_001)
    exact = numpy.quantile(values, share, method="inverted_cdf")
    assert grid(values).quantile(share) == pytest.approx(exact, rel=RELATIVE_WIDTH)


def test_extremes_are_exact_and_zero_has_a_cell() -> None:
    found = grid(numpy.array([0.0, 0.0, 3.0, 7.7]))
    assert (found.least, found.most, found.quantile(0.0), found.quantile(1.0)) == (0.0, 7.7, 0.0, 7.7)
    assert found.quantile(0.5) == 0.0


def test_merging_is_counting() -> None:
    values = numpy.random.default_rng(3).lognormal(size=1000)
    merged = grid(values[:300])
    merged.merge(grid(values[300:]))
    assert (merged.cells, merged.count) == (grid(values).cells, 1000)


def test_bars_count_every_number_once() -> None:
    values = numpy.random.default_rng(4).lognormal(size=500)
    assert sum(grid(values).bars(numpy.array([0.0, 0.5, 1.0, 2.0, 1e9]))) == 500

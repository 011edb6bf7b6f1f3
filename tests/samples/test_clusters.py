"""The mean per row of groups and its error, however the groups are cut into blocks."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.clusters import ClusterMean


def clusters(totals: numpy.ndarray, sizes: numpy.ndarray, *cuts: int) -> ClusterMean:
    found = ClusterMean()
    for total, size in zip(numpy.split(totals, cuts), numpy.split(sizes, cuts), strict=True):
        found.add(total, size)
    return found


def drawn(generator: numpy.random.Generator, groups: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Sums of rows of mean 0.05 that share an effect of their group, larger in longer ones."""
    sizes = generator.integers(1, 20, size=groups).astype(float)
    effect = 0.3 * generator.normal(size=groups)
    return sizes * (0.05 + effect) + 0.2 * numpy.sqrt(sizes) * generator.normal(size=groups), sizes


def test_the_mean_and_its_sandwich_error() -> None:
    totals, sizes = drawn(numpy.random.default_rng(0), 500)
    found = clusters(totals, sizes, 1, 7, 300)
    mean = totals.sum() / sizes.sum()
    residuals = totals - mean * sizes
    error = numpy.sqrt(500 / 499 * (residuals**2).sum()) / sizes.sum()
    assert found.mean == pytest.approx(mean, rel=1e-13)
    assert found.standard_error == pytest.approx(error, rel=1e-10)
    assert found.count == 500


def test_its_interval_covers_the_mean() -> None:
    """Row by row a nominal 95 % interval covers 64.5 % of such tables; of 400, 95 % are 367 to 393."""
    generator = numpy.random.default_rng(0)
    found = [clusters(*drawn(generator, 300)) for _ in range(400)]
    covering = sum(abs(one.mean - 0.05) <= 1.96 * one.standard_error for one in found)
    assert 367 <= covering <= 393


def test_equal_groups_have_no_error() -> None:
    assert clusters(numpy.full(10, 0.3), numpy.full(10, 3.0)).standard_error == pytest.approx(0, abs=1e-12)

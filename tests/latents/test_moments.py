"""Moments of blocks, against numpy over all rows at once."""

from __future__ import annotations

import numpy
import pytest

from klcli.latents.moments import MOST_TOGETHER, ColumnMoments


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_blocks_in_any_order(offset: float) -> None:
    values = numpy.random.default_rng(5).normal(offset, 2.0, (1000, 4))
    found = ColumnMoments()
    for start in (600, 0, 300):
        block = ColumnMoments()
        block.add(values[start : start + (400 if start == 600 else 300)])
        found.merge(block)
    assert found.count == 1000
    numpy.testing.assert_allclose(found.mean, values.mean(axis=0), rtol=1e-13)
    numpy.testing.assert_allclose(found.covariance, numpy.cov(values.T, bias=True), rtol=1e-9, atol=1e-12)
    # A mean of a million is known to 1e-10, and the steps between the means of blocks as well.
    numpy.testing.assert_allclose(found.variances, values.var(axis=0), rtol=1e-10 if offset else 1e-13)


def test_of_too_many_columns_only_variances_are_kept() -> None:
    values = numpy.random.default_rng(6).normal(size=(7, MOST_TOGETHER + 1))
    found = ColumnMoments()
    found.add(values[:3])
    found.add(values[3:])
    assert found.covariance is None
    numpy.testing.assert_allclose(found.variances, values.var(axis=0), rtol=1e-12)


def test_nothing_changes_nothing() -> None:
    found = ColumnMoments()
    found.add(numpy.zeros((0, 2)))
    found.merge(ColumnMoments())
    assert (found.count, found.mean, len(found.variances)) == (0, None, 0)

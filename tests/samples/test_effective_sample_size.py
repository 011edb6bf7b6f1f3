"""Effective sizes against mpmath, of weights beyond the doubles and in any order."""

from __future__ import annotations

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.samples.effective_sample_size import LogWeights
from tests.reference import exact

LOGS = st.lists(st.lists(st.floats(-2000, 2000), min_size=1, max_size=6), min_size=1, max_size=5)


@given(LOGS)
def test_the_effective_size_of_any_weights(blocks: list[list[float]]) -> None:
    weights = LogWeights()
    for block in blocks:
        weights.add(numpy.array(block))
    with mpmath.workdps(1000):
        exact_weights = [mpmath.exp(exact(log)) for block in blocks for log in block]
        expected = sum(exact_weights) ** 2 / sum(weight**2 for weight in exact_weights)
    assert weights.effective_size == pytest.approx(float(expected), rel=1e-12)


def test_weights_of_zero_count_nothing() -> None:
    weights = LogWeights()
    weights.add(numpy.array([-numpy.inf, -numpy.inf]))
    assert weights.effective_size == 0
    weights.add(numpy.array([-1000.0, -numpy.inf, -1000.0]))
    assert weights.effective_size == 2


@given(st.permutations([-1e5, -700.0, -0.5, 0.0, 1.0, 90.0, 177.0, 178.0, 360.0, 700.0, 701.0, -numpy.inf]))
def test_the_order_does_not_matter(logs: list[float]) -> None:
    """Nor whether they come one by one, or as the weights of others."""
    whole, merged = LogWeights(), LogWeights()
    whole.add(numpy.array(sorted(logs)))
    for log in logs:
        own = LogWeights()
        own.add(numpy.array([log]))
        merged.merge(own)
    assert merged.effective_size == whole.effective_size


def test_weights_on_both_sides_of_the_end_of_a_window() -> None:
    """Windows end at 128 log 2 = 88.72 and there."""
    for first, second in ((88.7, 88.75), (-88.75, -88.7)):
        weights = LogWeights()
        weights.add(numpy.array([first, second]))
        assert weights.effective_size == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize("size", [1e16, 1e20, 1e100, 1e307])
def test_logarithms_beyond_all_use_come_to_an_end(size: float) -> None:
    """Their rounding alone was beyond what exp can take, and the sums of what is infinite never ended."""
    for seed in range(20):
        logs = size * numpy.random.default_rng(seed).normal(size=1000)
        found = LogWeights()
        found.add(logs)
        assert found.effective_size == 1  # the others are as good as 0 beside the largest

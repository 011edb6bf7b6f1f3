"""Rows that an average needs, from a pilot, beside the skewness that is known."""

from __future__ import annotations

from math import log

import numpy
import pytest

from klcli.samples.forecast import ROWS_PER_SKEWNESS
from klcli.samples.ratio_sums import RatioSums

pytestmark = pytest.mark.sampling

Z = numpy.linspace(-14, 14, 200_001)
DENSITY = numpy.exp(-(Z**2) / 2) / numpy.sqrt(2 * numpy.pi) * (Z[1] - Z[0])


def log_ratios(z: numpy.ndarray, mean: float, sigma: float) -> numpy.ndarray:
    return (mean + sigma * z) ** 2 / 2 - z**2 / 2 - log(sigma)


def true_rows(mean: float, sigma: float) -> float:
    """By quadrature: the squared skewness of k3 under N(mean, sigma^2) against N(0, 1)."""
    values = numpy.expm1(-log_ratios(Z, mean, sigma)) + log_ratios(Z, mean, sigma)
    first, second, third = ((values**power * DENSITY).sum() for power in (1, 2, 3))
    moment = third - 3 * second * first + 2 * first**3
    return float(ROWS_PER_SKEWNESS * moment**2 / (second - first**2) ** 3)


def forecast(logs: numpy.ndarray) -> float:
    sums = RatioSums()
    sums.add(logs)
    return sums.needed_rows("k3")


@pytest.mark.parametrize(("mean", "sigma"), [(0.1, 1), (0, 1.1), (0.3, 1.2), (0, 2), (0.2, 0.97)])
def test_the_forecast_is_on_the_safe_side_of_the_skewness(mean: float, sigma: float) -> None:
    """Of 20 pilots the median is above the truth, and none below a third of it."""
    generator = numpy.random.default_rng(0)
    found = [forecast(log_ratios(generator.normal(size=100_000), mean, sigma)) for _ in range(20)]
    assert numpy.median(found) > 0.9 * true_rows(mean, sigma)
    assert min(found) > true_rows(mean, sigma) / 3
    assert numpy.median(found) < 20 * true_rows(mean, sigma)


def test_no_number_of_rows_is_enough_where_a_moment_is_infinite() -> None:
    """E r^3 is infinite at sigma^2 <= 2/3."""
    generator = numpy.random.default_rng(0)
    assert forecast(log_ratios(generator.normal(size=100_000), 0, 0.7)) == numpy.inf


def test_rows_that_are_all_equal_need_none() -> None:
    assert forecast(numpy.zeros(10_000)) == 0


def test_values_beyond_the_doubles_need_more_than_any_number() -> None:
    assert forecast(numpy.random.default_rng(0).normal(size=10_000) * 1e200) == numpy.inf

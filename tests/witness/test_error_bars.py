"""Where k3 has an error bar: its moments against quadrature, the criterion against the skewness of k3."""

from __future__ import annotations

from math import exp, inf

import mpmath
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import NormalLogRatio, log_ratios
from klcli.witness.error_bars import against_ratio, limit, quantile
from klcli.witness.log_ratio_functions import k3
from tests.witness.joint import Correlated

pytestmark = pytest.mark.sampling

UNIT = Gaussian.from_head(0, 1)


def pair(mu: object, sigma: object) -> NormalLogRatio:
    return log_ratios(Gaussian.from_head(mu, sigma), UNIT)[0]  # type: ignore[arg-type]


def log_ratio(mu: float, sigma: float, z: mpmath.mpf) -> mpmath.mpf:
    """log q - log p at mu + sigma z for p = N(0, 1), from the densities."""
    return -(z**2) / 2 - mpmath.log(sigma) + (mu + sigma * z) ** 2 / 2


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize(("mu", "sigma"), [(0.3, 1.2), (0.0, 0.95), (-0.5, 1.0), (1.0, 2.5), (0.2, 1.0001)])
def test_moments_of_the_ratio(order: int, mu: float, sigma: float) -> None:
    with mpmath.workdps(40):
        m, s = mpmath.mpf(mu), mpmath.mpf(sigma)
        integrand = lambda z: mpmath.npdf(z) * mpmath.exp(-order * log_ratio(m, s, z))  # noqa: E731
        expected = mpmath.log(mpmath.quad(integrand, list(range(-80, 81, 4))))
    assert pair(mu, sigma).log_moment(order) == pytest.approx(float(expected), rel=1e-11, abs=1e-15)


@pytest.mark.parametrize(("mu", "sigma"), [(0.3, 1.2), (0.0, 0.1), (4.0, 1.0), (1.0, 1.000001)])
def test_the_variance_of_the_log_ratio(mu: float, sigma: float) -> None:
    with mpmath.workdps(40):
        m, s = mpmath.mpf(mu), mpmath.mpf(sigma)
        nodes = list(range(-16, 17, 4))
        mean = mpmath.quad(lambda z: mpmath.npdf(z) * log_ratio(m, s, z), nodes)
        expected = mpmath.quad(lambda z: mpmath.npdf(z) * (log_ratio(m, s, z) - mean) ** 2, nodes)
    assert pair(mu, sigma).variance() == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_where_the_moments_are_infinite(order: int) -> None:
    """E_q[r^k] is finite if and only if k/sigma_p^2 > (k - 1)/sigma_q^2."""
    edge = ((order - 1) / order) ** 0.5
    assert pair(0, edge * (1 - 1e-9)).log_moment(order) == inf
    assert pair(0, edge * (1 + 1e-9)).log_moment(order) < inf


@pytest.mark.parametrize(
    ("mu", "sigma", "samples", "reason"),
    [
        ("0", "1.01", 1_000_000, ""),
        ("0", "1", 1_000_000, ""),
        ("0.3", "1.2", 1_000_000, ""),
        ("0.3", "1.2", 1000, "rare samples"),
        ("0", "0.9", 1_000_000, ""),
        ("0", "0.8", 1_000_000, "fourth moment"),
        ("0", "0.7", 10**12, "infinite variance"),
        ("0.3", "0.1", 10**12, "infinite variance"),
        ("3", "1", 1_000_000, "rare samples"),
        ("4", "1.2", 1_000_000, "rare samples"),
        ("1e60", "1", 10**12, "more than 1e15"),
        ("0", "1e-170", 10**12, "infinite variance"),
    ],
)
def test_where_k3_has_an_error_bar(mu: str, sigma: str, samples: int, reason: str) -> None:
    found = against_ratio(pair(mu, sigma), samples)
    assert reason in found
    assert bool(found) is bool(reason)


def test_unknown_moments_give_no_error_bar() -> None:
    assert "not known" in against_ratio(Correlated(0.1, 0.1), 10**9)


def skewness_squared(mu: float, sigma: float) -> float:
    """That of k3 by the trapezoid rule over z, without the closed forms of the moments."""
    z = numpy.arange(-40, 40, 1 / 128)
    weight = numpy.exp(-z * z / 2) / numpy.sqrt(2 * numpy.pi) / 128
    values = k3(-z * z / 2 - numpy.log(sigma) + (mu + sigma * z) ** 2 / 2)
    values -= weight @ values
    return float((weight @ values**3) ** 2 / (weight @ values**2) ** 3)


@settings(max_examples=30, deadline=None)
@given(st.floats(-1.5, 1.5), st.floats(-0.1, 3.0))
def test_enough_samples_for_the_skewness(mu: float, log_sigma: float) -> None:
    """Where k3 has an error bar with n samples, Hall's term 0.25 skewness^2/n is at most half a percent."""
    sigma = exp(log_sigma)
    if abs(mu) + abs(log_sigma) < 1e-3:
        return
    n = 1000
    while against_ratio(pair(mu, sigma), n):
        n = n * 11 // 10
    assert 0.25 * skewness_squared(mu, sigma) / n <= 0.0055


@pytest.mark.parametrize("degrees", [63, 100, 127])
def test_quantiles_are_those_of_student(degrees: int) -> None:
    def outside(width: float) -> float:
        with mpmath.workdps(30):
            t, n = mpmath.mpf(width), mpmath.mpf(degrees)
            return float(mpmath.betainc(n / 2, 0.5, 0, n / (n + t * t), regularized=True))

    assert outside(quantile(degrees)) == pytest.approx(0.05, rel=1e-8)  # that of scipy 1.11 is 2e-9 off
    with mpmath.workdps(30):
        alarms = float(mpmath.erfc(5 / mpmath.sqrt(2)))
    assert outside(limit(degrees)) == pytest.approx(alarms, rel=1e-3)
    assert limit(None) == 5
    assert quantile(None) == pytest.approx(1.96, abs=1e-4)

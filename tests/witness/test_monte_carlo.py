"""Estimates that do not know the closed form: they find the reference's value, and their error bars hold."""

from __future__ import annotations

import math

import mpmath
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.witness.estimate import total
from klcli.witness.trapezoid import integrals
from tests import reference
from tests.witness.draws import monte_carlo

UNIT = Gaussian.from_head(0, 1)
CASES = [("0.3", "1.2"), ("0", "0.9"), ("-4", "0.01"), ("7", "12"), ("0", "1e-170"), ("1e60", "1e80")]


def truth(mu: str, sigma: str) -> float:
    with mpmath.workdps(400):
        return float(reference.kl(mpmath.mpf(mu), mpmath.mpf(sigma)))


@pytest.mark.parametrize(("mu", "sigma"), CASES)
def test_the_integral_finds_the_value_within_its_rounding(mu: str, sigma: str) -> None:
    (found,) = integrals(Gaussian.from_head(mu, sigma), UNIT)
    expected = truth(mu, sigma)
    assert abs(found.value - expected) <= found.rounding
    assert found.rounding <= 1e-12 * max(1, expected)
    assert found.standard_error == 0


@settings(max_examples=100, deadline=None)
@given(
    st.floats(-30, 30),
    st.floats(-12, 12).map(math.exp),
    st.floats(-30, 30),
    st.floats(-12, 12).map(math.exp),
)
def test_the_integral_for_any_prior(m: float, s: float, n: float, t: float) -> None:
    (found,) = integrals(Gaussian.from_head(m, s), Gaussian.from_head(n, t))
    with mpmath.workdps(80):
        expected = float(reference.kl(*map(reference.exact, (m, s, n, t))))
    assert abs(found.value - expected) <= found.rounding


@pytest.mark.parametrize("distance", [1e-4, 1e-6, 1e-8])
def test_the_integral_resolves_what_is_claimed_near_the_prior(distance: float) -> None:
    """Relative error below 2e-10 down to a KL of 1e-8, as the documentation says."""
    (found,) = integrals(Gaussian.from_head(0, 1 + distance), UNIT)
    with mpmath.workdps(60):
        expected = float(reference.kl(0, reference.exact(1 + distance)))
    bound = 2e-10 if expected > 1e-8 else 1
    assert abs(found.value - expected) <= max(bound * expected, found.rounding)


@pytest.mark.parametrize(("mu", "sigma"), CASES)
def test_monte_carlo_finds_the_value(mu: str, sigma: str) -> None:
    (found,) = monte_carlo(Gaussian.from_head(mu, sigma), UNIT, 200_000, seed=1)
    assert abs(found.value - truth(mu, sigma)) <= 5 * found.standard_error + found.rounding


def test_the_error_bar_is_honest() -> None:
    """Nominal 95 % intervals over 400 seeds: between 91 and 98 % cover (3.6 binomial standard errors)."""
    q, expected = Gaussian.from_head("0.3", "1.2"), truth("0.3", "1.2")
    runs = [monte_carlo(q, UNIT, 4000, seed)[0] for seed in range(400)]
    covered = sum(abs(run.value - expected) < 1.96 * run.standard_error for run in runs)
    assert 0.91 * 400 <= covered <= 0.98 * 400


def test_moments_do_not_depend_on_the_blocks() -> None:
    """The same draws in one array, by numpy's own mean and standard deviation."""
    samples = 20_001
    (found,) = monte_carlo(Gaussian.from_head("0.3", "1.2"), UNIT, samples, seed=3)
    z = numpy.random.Generator(numpy.random.SFC64(3)).standard_normal(samples)
    x = 0.3 + 1.2 * z
    ratio = -z * z / 2 - math.log(1.2) + x * x / 2
    assert found.value == pytest.approx(ratio.mean(), rel=1e-12)
    assert found.standard_error == pytest.approx(ratio.std(ddof=1) / math.sqrt(samples), rel=1e-12)


def test_the_same_seed_gives_the_same_digits_and_another_does_not() -> None:
    q = Gaussian.from_head("0.3", "1.2")
    first, again, other = (monte_carlo(q, UNIT, 10_000, seed)[0] for seed in (7, 7, 8))
    assert first == again
    assert first.value != other.value


def test_equal_distributions_have_no_sampling_error() -> None:
    (found,) = monte_carlo(UNIT, UNIT, 1000)
    assert (found.value, found.standard_error) == (0.0, 0.0)


def test_progress_is_told_every_draw() -> None:
    told: list[int] = []
    monte_carlo(
        Gaussian.from_head([0, 1], [1, 2]), Gaussian.from_head([0, 0], [1, 1]), 20_000, 0, told.append
    )
    assert sum(told) == 2 * 20_000


def test_dimensions_are_independent() -> None:
    q, p = Gaussian.from_head(["0.3", "-1"], ["1.2", "2"]), Gaussian.from_head([0, 0], [1, 1])
    parts = monte_carlo(q, p, 50_000)
    whole = total(parts)
    assert whole.value == sum(part.value for part in parts)
    assert whole.standard_error == pytest.approx(math.hypot(*(part.standard_error for part in parts)))
    assert whole.samples == 50_000


@pytest.mark.parametrize(
    ("samples", "seed", "message"),
    [(999, 0, "from 1,000"), (10**13, 0, "1,000,000,000,000"), (1000, -1, "seed")],
)
def test_what_is_refused(samples: int, seed: int, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        monte_carlo(UNIT, UNIT, samples, seed)

"""Log ratios of samples against mpmath, and samples told from those of other Gaussians."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.samples.gaussian_samples import GaussianSamples
from tests.reference import exact

Q = Gaussian.from_head(["0.3", "-1"], ["0.36", "0.1"], "logvar")
P = Gaussian.from_head([0, 0], [2, "0.5"])


def drawn(mean: float, sigma: float, rows: int = 4000, seed: int = 0) -> numpy.ndarray:
    return mean + sigma * numpy.random.default_rng(seed).normal(size=(rows, 1))


def one(mean: float, sigma: float) -> GaussianSamples:
    return GaussianSamples(Gaussian.from_head(mean, sigma), Gaussian.from_head(0, 1))


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.3, -1.0), (5.5, -3.25), (-40.0, 12.0)])
def test_the_log_ratio_is_that_of_the_densities(point: tuple[float, float]) -> None:
    def log_density(x: float, mean: Fraction, sigma: mpmath.mpf) -> mpmath.mpf:
        return -(((exact(x) - exact(mean)) / sigma) ** 2) / 2 - mpmath.log(sigma * mpmath.sqrt(2 * mpmath.pi))

    with mpmath.workdps(50):
        sigma_q = [mpmath.exp(exact(head) / 2) for head in Q.spread.head]
        sigma_p = [exact(head) for head in P.spread.head]
        expected = sum(
            log_density(point[j], Q.mean[j], sigma_q[j]) - log_density(point[j], P.mean[j], sigma_p[j])
            for j in range(2)
        )
    (found,) = GaussianSamples(Q, P).log_ratio(numpy.array([point]))
    assert found == pytest.approx(float(expected), rel=1e-14)


def test_long_and_short_tables_have_the_same_rows() -> None:
    samples = numpy.random.default_rng(0).normal(size=(20_000, 2))
    whole = GaussianSamples(Q, P).log_ratio(samples)
    for row in (0, 8191, 8192, 19_999):
        assert GaussianSamples(Q, P).log_ratio(samples[row : row + 1]) == whole[row]


@pytest.mark.parametrize("seed", range(20))
def test_samples_of_q_are_recognised(seed: int) -> None:
    for rows in (2, 10, 4000):
        samples = one(0.3, 1.2)
        samples.log_ratio(drawn(0.3, 1.2, rows, seed))
        assert samples.of_q().agrees
    assert not samples.of_p().agrees


@pytest.mark.parametrize(("mean", "sigma"), [(0.45, 1.2), (0.3, 1.35), (0.3, 1.05), (0.3, 1.44)])
def test_samples_of_others_are_told_apart(mean: float, sigma: float) -> None:
    samples = one(0.3, 1.2)
    samples.log_ratio(drawn(mean, sigma))
    assert not samples.of_q().agrees
    assert not samples.of_p().agrees


def test_the_scores_are_the_moments_of_the_samples() -> None:
    table = drawn(0.5, 2.0, 1000)
    samples = one(0.3, 1.2)
    samples.log_ratio(table)
    scores = (table[:, 0] - 0.3) / 1.2
    check = samples.of_q()
    assert check.mean == pytest.approx(scores.mean(), rel=1e-12)
    assert check.mean_z == pytest.approx(scores.mean() * 1000**0.5, rel=1e-12)
    assert check.square == pytest.approx((scores**2).mean(), rel=1e-12)


def test_the_z_of_the_squares_is_that_of_chi_squared() -> None:
    from scipy.stats import chi2, norm

    table = drawn(0.0, 1.1, 300)
    samples = one(0.0, 1.0)
    samples.log_ratio(table)
    check = samples.of_q()
    assert check.square_z == pytest.approx(norm.isf(chi2.sf((table**2).sum(), 300)), rel=0.01)


def test_the_worst_dimension_is_named() -> None:
    rng = numpy.random.default_rng(0)
    samples = GaussianSamples(
        Gaussian.from_head([0, 0, 0], [1, 1, 1]), Gaussian.from_head([1, 1, 1], [1, 1, 1])
    )
    samples.log_ratio(rng.normal(size=(1000, 3)) * [1.0, 1.3, 1.0])
    assert samples.of_q().dimension == 2
    assert not samples.of_q().agrees


def test_scales_beyond_the_doubles_are_refused() -> None:
    with pytest.raises(KlcliError, match="beyond the doubles"):
        GaussianSamples(Gaussian.from_head([0], [5000], "logstd"), Gaussian.from_head([0], [1]))

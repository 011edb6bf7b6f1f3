"""Densities of scipy.stats: their logarithms to 50 digits far into the tails, their parameters and support."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import mpmath
import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.densities import CONFIRMED, Density, Product, density_log_ratio, names, parameters
from tests.gaussian.priors.references import LOG_DENSITIES

SIZES = (1e-8, 1e-3, 0.1, 0.5, 1, 2, 5, 20, 38, 100, 600, 800, 1e3, 1e5, 1e8)


def standard(name: str) -> Density:
    shape = LOG_DENSITIES[name][0]
    return Density.of(
        name, dict(zip(parameters(name), map(Fraction, shape), strict=False)), Fraction(0), Fraction(1)
    )


@pytest.mark.parametrize("name", sorted(LOG_DENSITIES))
def test_log_densities_from_the_middle_to_the_tails(name: str) -> None:
    scores = [sign * size for sign in (-1, 1) for size in SIZES]
    shape, reference = LOG_DENSITIES[name]
    with numpy.errstate(all="ignore"):
        found = standard(name).log_density(numpy.array(scores))
    with mpmath.workdps(50):
        for score, value in zip(scores, found, strict=True):
            expected = reference(mpmath.mpf(score), *map(mpmath.mpf, shape))
            if expected < -1e308:
                assert value == -inf
            else:
                assert abs(float(value) - expected) <= 5e-16 * max(1, abs(expected))


def test_what_is_called_confirmed_is_what_is_tested() -> None:
    assert set(LOG_DENSITIES) == CONFIRMED


def test_the_log_ratio_knows_location_and_scale() -> None:
    density = Density.of("t", {"df": Fraction(3)}, Fraction(1), Fraction(1, 4))
    (pair,) = density_log_ratio(Gaussian.from_head("0.3", "1.2"), Product((density,)))
    z = numpy.array([-3.0, 0.1, 2.0])
    with mpmath.workdps(40):
        expected = []
        for each in z:
            x = mpmath.mpf("0.3") + mpmath.mpf("1.2") * mpmath.mpf(float(each))
            log_p = LOG_DENSITIES["t"][1]((x - 1) * 4, mpmath.mpf(3)) + mpmath.log(4)
            log_q = -(mpmath.mpf(float(each)) ** 2) / 2 - mpmath.log(
                mpmath.mpf("1.2") * mpmath.sqrt(2 * mpmath.pi)
            )
            expected.append(float(log_q - log_p))
    assert pair.at(z) == pytest.approx(expected, rel=1e-13)


def test_a_score_that_cancels_is_no_singularity() -> None:
    density = Density.of("dgamma", {"a": Fraction(1, 2)}, Fraction(1), Fraction(1))
    (pair,) = density_log_ratio(Gaussian.from_head(0, 1), Product((density,)))
    assert numpy.isfinite(pair.at(numpy.array([1.0]))).all()


@pytest.mark.parametrize(
    ("name", "loc", "scale", "support"),
    [("uniform", -1, 2, (-1, 1)), ("expon", 3, 1, (3, inf)), ("laplace", 0, 1, (-inf, inf))],
)
def test_support(name: str, loc: int, scale: int, support: tuple[float, float]) -> None:
    assert Density.of(name, {}, Fraction(loc), Fraction(scale)).support() == support


@pytest.mark.parametrize(("skew", "inside", "outside"), [(-2, 0.9, 1.1), (4, -0.4, -0.6)])
def test_the_end_of_pearson3_is_where_its_density_ends(skew: int, inside: float, outside: float) -> None:
    density = Density.of("pearson3", {"skew": Fraction(skew)}, Fraction(0), Fraction(1))
    low, high = density.support()
    assert low < inside < high
    assert not low < outside < high
    with numpy.errstate(all="ignore"):
        found = density.log_density(numpy.array([inside, outside]))
    assert list(numpy.isfinite(found)) == [True, False]
    assert Density.of("pearson3", {"skew": Fraction(0)}, Fraction(0), Fraction(1)).support() == (-inf, inf)


def test_names_are_continuous_distributions_only() -> None:
    assert {"t", "laplace", "uniform", "gennorm"} <= set(names())
    assert not {"poisson", "rv_continuous", "multivariate_normal", "ttest_ind", "stats"} & set(names())


@pytest.mark.parametrize(
    ("name", "message"), [("os", "no distribution"), ("vonmises", "circle"), ("levy_stable", "slow")]
)
def test_what_is_refused(name: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        parameters(name)

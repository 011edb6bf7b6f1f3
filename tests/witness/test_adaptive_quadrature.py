"""The adaptive integral: its error bound holds beside narrow and far components, kinks and singularities."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.log_ratio import log_ratios
from klcli.gaussian.priors.breakpoints import features
from klcli.gaussian.priors.densities import Density, DensityLogRatio, Product, density_log_ratio, parameters
from klcli.gaussian.priors.mixture import Mixture, MixtureLogRatio, mixture_log_ratio
from klcli.witness.adaptive_quadrature import gauss_legendre, kurtosis, reach
from tests.gaussian.priors.references import DIGITS, LOG_DENSITIES, kl_to_density, kl_to_mixture, needs_landau

Q = Gaussian.from_head("0.3", "1.2")
Row = tuple[str, str, str]

MIXTURES: list[list[Row]] = [
    [("0.3", "-1", "0.1"), ("0.7", "1", "0.5")],
    [("0.5", "0.3", "1.2"), ("0.5", "0.3", "1.2")],
    [("0.5", "0", "1e-9"), ("0.5", "0", "1e9")],
    [("0.999999999", "0.3", "1.2"), ("1e-9", "0.3", "1e-7")],
    [("0.2", "-1e3", "1"), ("0.3", "1e3", "1e-3"), ("0.5", "40", "2")],
    [("0.1", "1", "1e-6"), ("0.2", "1.00001", "1e-6"), ("0.7", "5", "3")],
    [("0.5", "-30", "0.01"), ("0.5", "30", "0.01")],
]


def pair_of(rows: list[Row], q: Gaussian = Q) -> MixtureLogRatio:
    weights = tuple(Fraction(w) for w, _, _ in rows)
    return mixture_log_ratio(q, Mixture(weights, tuple(Gaussian.from_head(m, s) for _, m, s in rows)))


def density_pair(name: str, shape: tuple[float, ...], loc: str = "0", scale: str = "1") -> DensityLogRatio:
    named = dict(zip(parameters(name), map(Fraction, shape), strict=False))
    (pair,) = density_log_ratio(Q, Product((Density.of(name, named, Fraction(loc), Fraction(scale)),)))
    return pair


@pytest.mark.parametrize("rows", MIXTURES)
def test_mixtures(rows: list[Row]) -> None:
    pair = pair_of(rows)
    found = gauss_legendre(pair, features(pair))
    assert found
    with mpmath.workdps(DIGITS):
        numbers = [tuple(map(mpmath.mpf, row)) for row in rows]
        expected = kl_to_mixture((mpmath.mpf("0.3"), mpmath.mpf("1.2")), numbers)
        assert abs(mpmath.mpf(found.value) - expected) <= found.rounding
    assert found.rounding <= 1e-12 * max(1, abs(found.value))
    assert found.standard_error == 0


def test_without_its_features_a_narrow_component_would_be_missed() -> None:
    """The table above can fail: what the features are for is seen where they are left out."""
    pair = pair_of([("0.99", "0.3", "1.2"), ("0.01", "0.35", "1e-9")])
    far, near = gauss_legendre(pair), gauss_legendre(pair, features(pair))
    assert far
    assert near
    assert abs(far.value - near.value) > near.rounding


@pytest.mark.parametrize("name", sorted(LOG_DENSITIES))
@pytest.mark.parametrize(("loc", "scale"), [("0", "1"), ("0.7", "0.05")])
def test_densities(name: str, loc: str, scale: str) -> None:
    if name in ("gumbel_l", "gumbel_r", "moyal", "loggamma") and scale == "0.05":
        scale = "0.3"  # exp(12^2) has no digits left to compare
    shape = LOG_DENSITIES[name][0]
    pair = density_pair(name, shape, loc, scale)
    found = gauss_legendre(pair, features(pair))
    assert found
    with mpmath.workdps(DIGITS):
        expected = kl_to_density(name, shape, ("0.3", "1.2"), (loc, scale))
        assert abs(mpmath.mpf(found.value) - expected) <= found.rounding
    assert found.rounding <= 1e-12 * max(1, abs(found.value))


@settings(max_examples=50, deadline=None)
@given(st.floats(-30, 30), st.floats(-8, 8).map(math.exp), st.floats(-30, 30), st.floats(-8, 8).map(math.exp))
def test_one_component_has_the_kl_of_gaussians(m: float, s: float, n: float, t: float) -> None:
    q, p = Gaussian.from_head(m, s), Gaussian.from_head(n, t)
    pair = mixture_log_ratio(q, Mixture((Fraction(1),), (p,)))
    found = gauss_legendre(pair, features(pair))
    assert found
    assert abs(found.value - divergence(q, p).value) <= found.rounding


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-6, 4).map(math.exp)), min_size=2, max_size=4),
    st.integers(-3, 3),
    st.integers(-6, 6),
)
def test_laws_of_the_kl(rows: list[tuple[float, float]], shift: int, power: int) -> None:
    """Never below 0; the same for every order of the components; the same in other units of x."""

    def found(order: int, add: Fraction, times: Fraction) -> tuple[float, float]:
        parts = [(add + times * Fraction(m), times * Fraction(s)) for m, s in rows][::order]
        p = Mixture((Fraction(1, len(rows)),) * len(rows), tuple(Gaussian.from_head(*part) for part in parts))
        pair = mixture_log_ratio(Gaussian.from_head(add, times), p)
        estimate = gauss_legendre(pair, features(pair))
        assert estimate
        return estimate.value, estimate.rounding

    value, rounding = found(1, Fraction(0), Fraction(1))
    assert value >= -rounding
    for other, error in (
        found(-1, Fraction(0), Fraction(1)),
        found(1, Fraction(shift), Fraction(2) ** power),
    ):
        assert abs(value - other) <= rounding + error


def test_kurtosis_of_a_quadratic() -> None:
    """log q - log p = z^2 + c has the kurtosis 15 of a chi-squared variable with one degree of freedom."""
    (pair,) = log_ratios(Gaussian.from_head(0, 2), Gaussian.from_head(0, 1))
    assert kurtosis(pair, 0.5 * (4 - 1 - math.log(4))) == pytest.approx(15, rel=1e-6)


def test_kurtosis_of_draws() -> None:
    pair = density_pair("laplace", ())
    mean = gauss_legendre(pair, features(pair))
    assert mean
    draws = pair.at(numpy.random.default_rng(0).standard_normal(400_000))
    sampled = ((draws - draws.mean()) ** 4).mean() / draws.var() ** 2
    assert kurtosis(pair, mean.value, features(pair)) == pytest.approx(sampled, rel=0.05)


@pytest.mark.parametrize(
    ("name", "shape", "scale"),
    [
        ("gumbel_r", (), "0.03"),
        ("genextreme", (-2,), "1"),
        pytest.param("landau", (), "1", marks=needs_landau),
    ],
)
def test_what_cannot_be_integrated_has_no_value(name: str, shape: tuple[float, ...], scale: str) -> None:
    pair = density_pair(name, shape, "0", scale)
    assert reach(pair) is None
    assert gauss_legendre(pair, features(pair)) is None
    assert kurtosis(pair, 0.0) == math.inf

"""The KL near the prior: never negative, within its error bound, and with digits where -log r has none."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.breakpoints import features
from klcli.gaussian.priors.densities import Density, DensityLogRatio, Product, density_log_ratio
from klcli.gaussian.priors.mixture import Mixture, MixtureLogRatio, mixture_log_ratio
from klcli.witness.adaptive_quadrature import gauss_legendre
from klcli.witness.examination import examine
from klcli.witness.near_prior_quadrature import integrated
from tests.gaussian.priors.references import graded, over_normal, student

UNIT = Gaussian.from_head(0, 1)
Row = tuple[str, str, str]

NEAR: list[tuple[list[Row], float]] = [
    ([("0.999999999999", "0", "1"), ("1e-12", "5", "0.01")], 1e-7),
    ([("0.9999999999", "0", "1"), ("1e-10", "2", "3")], 1e-3),
    ([("0.5", "1e-5", "1"), ("0.5", "-1e-5", "1")], 1e-3),
    ([("0.5", "0", "1"), ("0.5", "0", "1.000001")], 1e-3),
    ([("0.99999", "0", "1"), ("1e-5", "1e9", "1")], 1e-6),
    ([("0.99999", "0", "1"), ("1e-5", "0", "1e12")], 1e-6),
    ([("0.999", "0", "1"), ("0.001", "0", "1e-6")], 1e-9),
]
"""Mixtures that are nearly N(0, 1), and the relative error up to which their KL is to be known."""


def reference(density: Callable[[Any], Any], points: list[Any], outside: Any) -> Any:
    """The average of u - log(1 + u) with u = p/q - 1 over a standard normal q, and the mass of p beyond it.

    To 50 digits, and by fixed panels of 24 nodes; the package's are adaptive and of 20.
    """

    def integrand(z: Any) -> Any:
        u = density(z) * mpmath.sqrt(2 * mpmath.pi) * mpmath.exp(z * z / 2) - 1
        return u - mpmath.log1p(u)

    return over_normal(integrand, points, limit=20) + outside


def mixture_reference(rows: list[Row]) -> Any:
    numbers = [tuple(map(mpmath.mpf, row)) for row in rows]

    def density(z: Any) -> Any:
        return mpmath.fsum(w * mpmath.npdf(z, m, s) for w, m, s in numbers)

    outside = mpmath.fsum(w * (mpmath.ncdf(-20, m, s) + mpmath.ncdf(-20, -m, s)) for w, m, s in numbers)
    return reference(density, [point for _, m, s in numbers for point in graded(m, s, -3, 40, 1)], outside)


def pair_of(rows: list[Row]) -> MixtureLogRatio:
    weights = tuple(Fraction(w) for w, _, _ in rows)
    return mixture_log_ratio(UNIT, Mixture(weights, tuple(Gaussian.from_head(m, s) for _, m, s in rows)))


@pytest.mark.parametrize("other", [("1e-5", "1e200", "1"), ("1e-5", "0", "1e-200")])
def test_a_component_beyond_the_doubles_counts_by_its_weight(other: Row) -> None:
    """q sees nothing of it: the KL is -log(1 - 1e-5)."""
    pair = pair_of([("0.99999", "0", "1"), other])
    found = integrated(pair, features(pair))
    assert found
    with mpmath.workdps(50):
        assert abs(found.value + mpmath.log1p(mpmath.mpf("-1e-5"))) <= found.rounding < 1e-12


@pytest.mark.parametrize(("rows", "relative"), NEAR)
def test_mixtures_near_the_posterior(rows: list[Row], relative: float) -> None:
    pair = pair_of(rows)
    found, plain = integrated(pair, features(pair)), gauss_legendre(pair, features(pair))
    assert found
    assert plain
    with mpmath.workdps(50):
        expected = mixture_reference(rows)
        assert abs(found.value - expected) <= found.rounding
        assert abs(plain.value - expected) <= plain.rounding
    assert 0 <= found.rounding <= relative * found.value
    assert found.rounding < plain.rounding


def test_the_spike_that_printed_a_negative_kl() -> None:
    """9.4931853988e-18 by mpmath's own adaptive quadrature at 50 digits; -1.3e-17 as the average of -log r."""
    rows = NEAR[0][0]
    assert float(mixture_reference(rows)) == pytest.approx(9.4931853988065912e-18, rel=1e-9)
    pair = pair_of(rows)
    plain = gauss_legendre(pair, features(pair))
    assert plain
    assert plain.value < 0
    found = examine(
        UNIT, Mixture(*zip(*((Fraction(w), Gaussian.from_head(m, s)) for w, m, s in rows), strict=True))
    )
    assert found.status == "agrees"
    assert found.integral
    assert found.integral.value == pytest.approx(9.4931853988065912e-18, rel=1e-9)


def student_pair(df: str) -> DensityLogRatio:
    density = Density.of("t", {"df": Fraction(df)}, Fraction(0), Fraction(1))
    return density_log_ratio(UNIT, Product((density,)))[0]


@pytest.mark.parametrize(("df", "relative"), [("100", 1e-8), ("1e4", 1e-4), ("1e6", 1.0), ("1e12", None)])
def test_a_student_that_is_nearly_normal(df: str, relative: float | None) -> None:
    """The KL falls as 1/df^2; scipy's density loses the digits of it, and the bound says so."""
    pair = student_pair(df)
    found = integrated(pair, features(pair))
    assert found
    with mpmath.workdps(50):
        outside = 2 * mpmath.quad(lambda x: mpmath.exp(student(x, mpmath.mpf(df))), [20, 40, 100, mpmath.inf])
        expected = reference(lambda z: mpmath.exp(student(z, mpmath.mpf(df))), [], outside)
        assert abs(found.value - expected) <= found.rounding
    assert found.value >= 0
    assert relative is None or found.rounding <= relative * found.value


@pytest.mark.parametrize(
    ("name", "shape", "sigma"),
    [
        ("gennorm", {"beta": Fraction(2)}, "0.70710678118654752440"),
        ("loggamma", {"c": Fraction(10) ** 15}, "3.1622776601683795e-8"),
    ],
)
def test_closed_forms_that_cancel_are_not_negative(name: str, shape: dict[str, Fraction], sigma: str) -> None:
    """gennorm(2) is N(0, 1/2), and loggamma(c) nearly N(log c, 1/c): divergences near 0."""
    mu = "34.538776394910684" if name == "loggamma" else "0"
    q = Gaussian.from_head(mu, sigma)
    found = examine(q, Product((Density.of(name, shape, Fraction(0), Fraction(1)),)), samples=1000)
    assert found.closed_form
    assert found.closed_form.value >= 0
    assert found.closed_form.value <= found.closed_form.rounding


@pytest.mark.parametrize("rows", [NEAR[0][0], [("0.3", "-1", "0.1"), ("0.7", "1", "0.5")]])
def test_where_the_kl_is_not_small_nothing_changes(rows: list[Row]) -> None:
    pair = pair_of(rows)
    found, plain = integrated(pair, features(pair)), gauss_legendre(pair, features(pair))
    assert plain
    assert (found == plain) is (plain.value > 0.01)

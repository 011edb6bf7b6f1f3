"""Closed forms for priors of scipy.stats: each against quadrature of the definition in mpmath."""

from __future__ import annotations

import itertools
from fractions import Fraction

import mpmath
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm
from klcli.gaussian.priors.closed_forms import KNOWN_FORMS, known_value
from klcli.gaussian.priors.densities import Density, Product, density_log_ratio, parameters
from tests.gaussian.priors.references import DIGITS, kl_to_density

SHAPES: dict[str, list[tuple[str, ...]]] = {
    "laplace": [()],
    "laplace_asymmetric": [("2",), ("0.3",)],
    "gumbel_r": [()],
    "gumbel_l": [()],
    "moyal": [()],
    "loggamma": [("0.5",), ("7",)],
    "gennorm": [("1",), ("2",), ("8",)],
}
POINTS = [
    ("0.3", "1.2", "0", "1"),
    ("-4", "0.01", "1", "0.5"),
    ("0", "1", "0", "30"),
    ("2", "0.5", "2", "0.3"),
]
CASES = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]


def value(name: str, shape: tuple[str, ...], mu: str, sigma: str, loc: str, scale: str) -> ClosedForm | None:
    named = dict(zip(parameters(name), map(Fraction, shape), strict=False))
    density = Density.of(name, named, Fraction(loc), Fraction(scale))
    return known_value(density_log_ratio(Gaussian.from_head(mu, sigma), Product((density,))))


@pytest.mark.parametrize(("name", "shape"), CASES)
@pytest.mark.parametrize(("mu", "sigma", "loc", "scale"), POINTS)
def test_closed_forms(name: str, shape: tuple[str, ...], mu: str, sigma: str, loc: str, scale: str) -> None:
    found = value(name, shape, mu, sigma, loc, scale)
    assert found
    with mpmath.workdps(DIGITS):
        expected = kl_to_density(name, shape, (mu, sigma), (loc, scale))
        assert abs(mpmath.mpf(found.value) - expected) <= found.rounding
        assert found.rounding <= 1e-12 * max(1, expected)


def test_every_closed_form_is_tested_and_has_a_source() -> None:
    assert set(SHAPES) == set(KNOWN_FORMS)
    assert all(form.source and form.formula for form in KNOWN_FORMS.values())


@pytest.mark.parametrize("shape", [("1.5",), ("3",), ("22",)])
def test_shapes_without_a_closed_form(shape: tuple[str, ...]) -> None:
    assert value("gennorm", shape, "0", "1", "0", "1") is None


def test_a_prior_without_a_closed_form() -> None:
    assert value("t", ("3",), "0", "1", "0", "1") is None


def test_dimensions_add_up() -> None:
    parts = [Density.of("laplace", {}, Fraction(loc), Fraction(1)) for loc in (0, 2)]
    q = Gaussian.from_head([0, 1], [1, 2])
    whole = known_value(density_log_ratio(q, Product(tuple(parts))))
    each = [known_value(density_log_ratio(q.at(j), Product((parts[j],)))) for j in range(2)]
    assert whole
    assert whole.value == pytest.approx(sum(row.value for row in each if row), rel=1e-14)


def test_values_at_extreme_scales() -> None:
    with mpmath.workdps(60):
        for sigma, scale in itertools.product(("1e-170", "1e100"), repeat=2):
            found = value("laplace", (), "0", sigma, "0", scale)
            s, b = mpmath.mpf(sigma), mpmath.mpf(scale)
            expected = (
                mpmath.log(2 * b)
                - mpmath.log(2 * mpmath.pi * mpmath.e * s * s) / 2
                + s * mpmath.sqrt(2 / mpmath.pi) / b
            )
            assert found
            assert abs(mpmath.mpf(found.value) - expected) <= found.rounding <= 1e-11 * max(1, expected)


@pytest.mark.parametrize(("name", "sigma"), [("gumbel_r", "50"), ("gennorm", "1e100")])
def test_values_beyond_the_doubles_are_refused(name: str, sigma: str) -> None:
    with pytest.raises(KlcliError, match="beyond the doubles"):
        value(name, ("4",) if name == "gennorm" else (), "0", sigma, "0", "1")

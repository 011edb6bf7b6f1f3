"""Places where a prior changes quickly: components, and the corners where one takes over from another."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.breakpoints import Feature, features
from klcli.gaussian.priors.densities import Density, Product, density_log_ratio
from klcli.gaussian.priors.mixture import Mixture, mixture_log_ratio

Q = Gaussian.from_head(1, 2)
HALF = Fraction(1, 2)


def of(*rows: tuple[str, str]) -> list[Feature]:
    weights = (Fraction(1, len(rows)),) * len(rows)
    return features(mixture_log_ratio(Q, Mixture(weights, tuple(Gaussian.from_head(m, s) for m, s in rows))))


def test_components() -> None:
    assert of(("3", "1")) == [Feature(1.0, 0.5)]


def test_the_corner_between_two_components_of_one_width() -> None:
    """Between -10 and 10 the exponents differ by x (10 + 10)/0.1^2, that is 4000 z + 2000."""
    found = of(("-10", "0.1"), ("10", "0.1"))[2:]
    assert [(row.center, row.width) for row in found] == [(pytest.approx(-0.5), pytest.approx(1 / 4000))]


def test_both_corners_of_a_narrow_component_in_a_wide_one() -> None:
    """w/s exp(-(x - 1)^2/2 s^2) is equal to the same with t where (x - 1)^2 (1/s^2 - 1/t^2) = 2 log(t/s)."""
    from math import log, sqrt

    distance = sqrt(2 * log(1000) / (1e6 - 1)) / 2
    roots = sorted(row.center for row in of(("1", "0.001"), ("1", "1"))[2:])
    assert roots == pytest.approx([-distance, 0, distance], abs=1e-12)


def test_a_corner_that_a_third_component_hides_is_left_out() -> None:
    narrow = [row for row in of(("-10", "0.1"), ("10", "0.1"), ("0", "3")) if row.width < 0.1]
    assert len(narrow) > 1
    assert not any(abs(row.center + 0.5) < 0.1 for row in narrow)


def test_many_components_have_a_limited_number_of_places() -> None:
    assert len(of(*((str(k), "0.001") for k in range(100)))) <= 600


def test_a_density_has_its_middle() -> None:
    density = Density.of("laplace", {}, Fraction(3), Fraction(1))
    (pair,) = density_log_ratio(Q, Product((density,)))
    assert features(pair) == [Feature(1.0, 0.5)]

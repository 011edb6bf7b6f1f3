"""Minima, curvatures and growth, against values that calculus or mpmath gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import mpmath
import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.landscape import Limit, Minimum, derivatives, growth, lowest, on_grid
from klcli.judge.probes import of_formula
from klcli.judge.roles import Roles

ROLES = Roles("mu", "s")


def found(text: str, name: str) -> Minimum | Limit | None:
    return lowest(parse(text), ROLES, PARAMETERIZATIONS[name])


@pytest.mark.parametrize(
    ("text", "name", "mu", "sigma", "curvature"),
    [
        # By hand: F' = 0 and F'' in sigma.
        ("-1/2 (2 log s - s^2 - mu^2 + 1)", "std", 0, 1, 2),
        ("-1/2 (log s - s - mu^2 + 1)", "std", 0, 1, 0.5),
        ("-1/2 (2 log s - s^2 - mu^2 + 1)", "var", 0, 1, 8),
        ("-1/2 (1 + s - mu^2 - e^(2s))", "logstd", 0, 1 / math.sqrt(2), 2),
        ("log(3/s) + (s^2 + (mu - 2)^2)/18 - 1/2", "std", 2, 3, 2 / 9),
        ("-1/2 (2 log s - s^2 - mu^2 + 1)", "logvar", 0, math.exp(0.5), 8 / math.e),
        ("log s + (1 + mu^2)/(2 s^2)", "std", 0, 1, 2),
    ],
)
def test_minima(text: str, name: str, mu: float, sigma: float, curvature: float) -> None:
    minimum = found(text, name)
    assert isinstance(minimum, Minimum)
    assert minimum.mu == mu
    assert minimum.sigma == pytest.approx(sigma, rel=1e-15)
    assert minimum.curvature == pytest.approx(curvature, rel=1e-14)


@pytest.mark.parametrize("name", sorted(PARAMETERIZATIONS))
def test_a_minimum_agrees_with_mpmath(name: str) -> None:
    """Where the formula for a standard deviation is lowest when the head is something else."""
    text = "-1/2 (2 log s - s^2 - mu^2 + 1)"
    minimum = found(text, name)
    assert isinstance(minimum, Minimum)
    from tests import reference

    with mpmath.workdps(40):

        def penalty(sigma: mpmath.mpf) -> mpmath.mpf:
            head = reference.HEAD[name](sigma)
            return (head**2 - 1) / 2 - mpmath.log(head)

        slope = mpmath.diff(penalty, mpmath.mpf(minimum.sigma))
        bend = mpmath.diff(penalty, mpmath.mpf(minimum.sigma), 2)
        assert abs(slope / bend) < 1e-15 * minimum.sigma
        assert minimum.curvature == pytest.approx(float(bend), rel=1e-12)
        assert minimum.value == pytest.approx(float(penalty(mpmath.mpf(minimum.sigma))), abs=1e-15)


@pytest.mark.parametrize(
    ("text", "name", "where", "value"),
    [
        ("-1/2 (1 + s - mu^2 - e^s)", "std", "sigma -> 0", 0),
        ("-1/2 (1 + s - mu^2 - e^s)", "precision", "sigma -> infinity", 0),
        ("log s + mu^2", "std", "sigma -> 0", None),
        ("mu^2 - log s", "std", "sigma -> infinity", None),
        ("s^2 - log s - mu", "std", "mu -> infinity", None),
        ("s^2 - log s + mu", "std", "mu -> -infinity", None),
        ("mu^2 + 3 + s", "std", "sigma -> 0", 3),
    ],
)
def test_no_minimum(text: str, name: str, where: str, value: float | None) -> None:
    limit = found(text, name)
    assert limit == Limit(where, value, unbounded=value is None)


def test_a_formula_without_the_mean_is_flat_in_it() -> None:
    minimum = lowest(parse("s^2 - log s"), Roles(None, "s"), PARAMETERIZATIONS["std"])
    assert isinstance(minimum, Minimum)
    assert minimum.mu is None
    assert minimum.sigma == pytest.approx(math.sqrt(0.5), rel=1e-15)


def test_a_formula_without_the_spread_is_flat_in_it() -> None:
    minimum = lowest(parse("mu^2 + 3"), Roles("mu", None), PARAMETERIZATIONS["std"])
    assert minimum == Minimum(0.0, None, 3.0, None)


def test_a_spread_that_cancels_leaves_no_minimum() -> None:
    # The two heads cancel, and leave (mu^2 - 1)/2 and the rounding of doubles.
    level = found("-1/2 (1 + s - mu^2 - s)", "logvar")
    assert level == Minimum(0.0, None, pytest.approx(-0.5), None)
    faint = found("s - s + 1e-9 log(s)^2 + mu^2", "var")
    assert isinstance(faint, Minimum)
    assert faint.sigma == pytest.approx(1)


def test_a_limit_that_is_not_reached_is_not_said() -> None:
    assert found("1e300 s + mu^2", "var") == Limit("sigma -> 0", None)


def test_the_edge_of_where_it_has_a_value_is_no_abyss() -> None:
    limit = found("1/2 (s + mu^2 - 1 - log s) + 0 * log(s - 5)", "var")
    assert isinstance(limit, Limit)
    assert limit.where.startswith("sigma -> 2.")
    assert (limit.value, limit.unbounded) == (None, False)


def test_a_kink_has_no_curvature() -> None:
    minimum = found("abs(s - 1) + mu^2", "std")
    assert isinstance(minimum, Minimum)
    assert (minimum.sigma, minimum.curvature) == (1.0, None)


def test_a_power_that_has_not_settled_is_not_said() -> None:
    function = of_formula(parse("s^2 + 1e-40 s^8"), ROLES, PARAMETERIZATIONS["std"])
    assert growth(function, Decimal(0)) is None


def test_a_formula_without_a_value_anywhere() -> None:
    assert found("log(-s^2) + mu", "std") is None


def test_derivatives() -> None:
    function = of_formula(parse("s^3 + mu"), ROLES, PARAMETERIZATIONS["std"])
    assert derivatives(function, Decimal(0), Decimal(2)) == (12.0, 12.0)
    undefined = of_formula(parse("log s + mu"), ROLES, PARAMETERIZATIONS["logvar"])
    assert derivatives(undefined, Decimal(0), Decimal(1)) is None


@pytest.mark.parametrize(
    ("text", "power"), [("1/2 (s^2 + mu^2) - log s", 2), ("s - log s", 1), ("s^4 + s", 4), ("3", 0)]
)
def test_growth(text: str, power: float) -> None:
    function = of_formula(parse(text), ROLES, PARAMETERIZATIONS["std"])
    assert growth(function, Decimal(0)) == pytest.approx(power, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "by_hand"),
    [
        ("mu^2 + s", lambda mu, s: mu**2 + s),  # one side of the means says what both do
        ("(mu - 1)^2 + s", lambda mu, s: (mu - 1) ** 2 + s),
        ("mu^2 + mu + s", lambda mu, s: mu**2 + mu + s),
        ("mu^3 + s", lambda mu, s: mu**3 + s),
        ("log mu + s", lambda mu, s: math.log(mu) + s if mu > 0 else math.inf if mu else -math.inf),
        ("s - 1", lambda mu, s: s - 1),
        ("mu^2", lambda mu, s: mu**2),
    ],
)
def test_a_grid_has_the_value_at_every_mean(text: str, by_hand: Callable[[float, float], float]) -> None:
    means, spread = [-2.0, -0.5, 0.0, 0.25, 2.0], [0.5, 1.0, 4.0]
    rows = on_grid(parse(text), ROLES, PARAMETERIZATIONS["std"], means, spread)
    assert rows == [[by_hand(mu, sigma) for sigma in spread] for mu in means]

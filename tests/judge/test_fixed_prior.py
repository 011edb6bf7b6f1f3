"""KLs to a fixed prior by their factors, in both directions, against the algebra by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.fixed_prior import factors, kl_to_fixed_prior
from klcli.judge.roles import Roles

ROLES = Roles("mu", "s")


def found(text: str, reading: str = "std", roles: Roles = ROLES) -> Any:
    return kl_to_fixed_prior(parse(text), roles, PARAMETERIZATIONS[reading])


@pytest.mark.parametrize(
    ("text", "reading", "scale", "mean", "variance", "shift"),
    [
        ("(s^2 + mu^2 - 1)/2 - log s", "std", 1, 0, 1, 0),
        ("(s + mu^2 - 1 - log s)/2", "var", 1, 0, 1, 0),
        ("(e^s + mu^2 - 1 - s)/2", "logvar", 1, 0, 1, 0),
        ("(e^(2s) + mu^2 - 1 - 2s)/2", "logstd", 1, 0, 1, 0),
        ("(1/s + mu^2 - 1 + log s)/2", "precision", 1, 0, 1, 0),
        ("3 ((s^2 + mu^2 - 1)/2 - log s) + 5", "std", 3, 0, 1, 5),
        # To N(m, t^2): log t - log s + (s^2 + (mu - m)^2)/(2 t^2) - 1/2.
        ("log 2 - log s + (s^2 + (mu - 3)^2)/8 - 1/2", "std", 1, 3, 4, 0),
        # -1/2 (1 + s - mu^2 - e^(2s)): half a KL to N(0, 1/2), plus (log(1/2) + 1)/4 - 1/2.
        ("-1/2 (1 + s - mu^2 - e^(2 s))", "logstd", Fraction(1, 2), 0, Fraction(1, 2), None),
    ],
)
def test_forward(text: str, reading: str, scale: Any, mean: Any, variance: Any, shift: Any) -> None:
    kl = found(text, reading)
    assert kl is not None
    assert not kl.reverse
    assert (kl.scale, kl.prior_mean, kl.prior_variance) == (scale, mean, variance)
    if shift is None:
        half = mpmath.mpf(1) / 2
        shift = -half - half / 2 * (mpmath.log(half) - 1)
        assert float(kl.shift) == pytest.approx(float(shift), rel=1e-12)
    else:
        assert kl.shift == shift


@pytest.mark.parametrize(
    ("text", "scale", "mean", "variance", "shift"),
    [
        # KL(N(m, t^2) || q): log s - log t + (t^2 + (mu - m)^2)/(2 s^2) - 1/2.
        ("log s + (1 + mu^2)/(2 s^2) - 1/2", 1, 0, 1, 0),
        ("2 (log s + (1 + mu^2)/(2 s^2) - 1/2) - 7", 2, 0, 1, -7),
        ("log s - log 2 + (4 + (mu + 1)^2)/(2 s^2) - 1/2", 1, -1, 4, 0),
    ],
)
def test_reversed(text: str, scale: Any, mean: Any, variance: Any, shift: Any) -> None:
    kl = found(text)
    assert kl is not None
    assert kl.reverse
    assert (kl.scale, kl.prior_mean, kl.prior_variance, kl.shift) == (scale, mean, variance, shift)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("(s + mu^2 - 1 - log s)/2", "std"),  # of a variance
        ("-((s^2 + mu^2 - 1)/2 - log s)", "std"),  # k > 0
        ("(s^2 + 2 mu^2 - 1)/2 - log s", "std"),  # the squares differ
        ("(s^2 + mu^2 - 1)/2 + log s", "std"),  # the logarithm has the other sign
        ("(s^2 + mu^2 - 1)/2 - log s + mu^3", "std"),
        ("log s + (1 + mu^2)/s^2 - 1/2", "std"),  # reversed, the logarithm is twice the square
        ("log s + (mu^2 + 2 mu)/(2 s^2)", "std"),  # t^2 = -1: no variance
        ("log s + mu^2/(2 s^2)", "std"),  # t^2 = 0
        ("mu^2 + s^2", "std"),
    ],
)
def test_what_is_none(text: str, reading: str) -> None:
    assert found(text, reading) is None


@pytest.mark.parametrize("size", ["1e-9", "1e-30"])
def test_what_is_off_by_little_is_none(size: str) -> None:
    assert found(f"(s^2 + mu^2 - 1)/2 - log s + {size} mu^4") is None
    assert found(f"(s^2 + (1 + {size}) mu^2 - 1)/2 - log s") is None


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        ("mu^2 + 3 mu - 2 s^2 + 5 log s - 7", "std", (1, 3, -2, 5, -7)),
        ("s - mu", "var", (0, -1, 1, 0, 0)),
        ("log s", "var", (0, 0, 0, 2, 0)),  # log sigma^2
        ("2 s", "logvar", (0, 0, 0, 4, 0)),
        ("mu^2/s^2", "std", None),
        ("mu s", "std", None),
        ("e^mu", "std", None),
    ],
)
def test_factors(text: str, reading: str, expected: tuple[int, ...] | None) -> None:
    one = factors(parse(text), ROLES, PARAMETERIZATIONS[reading])
    if expected is None:
        assert one is None
    else:
        assert one is not None
        assert [float(value) for value in one.values] == pytest.approx(list(expected), abs=1e-20)


def test_a_formula_without_a_mean_is_of_its_head_alone() -> None:
    """The spread term: b > 0 = a, so it is no KL, and its factors are those of sigma."""
    assert found("s^2/2 - log s", roles=Roles(None, "s")) is None
    one = factors(parse("s^2/2 - log s"), Roles(None, "s"), PARAMETERIZATIONS["std"])
    assert one is not None
    assert [float(value) for value in one.values] == pytest.approx([0, 0, 0.5, -1, 0], abs=1e-20)

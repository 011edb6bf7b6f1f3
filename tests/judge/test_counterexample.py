"""Points at which a formula is not the KL: both values by plain Python."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log

import pytest

from klcli.formula.program_reader import read
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.counterexample import counterexample, plain_text
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import STANDARD
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Way

STD, LOGVAR = PARAMETERIZATIONS["std"], PARAMETERIZATIONS["logvar"]


def kl(mean: float, sigma: float, mean_p: float = 0.0, sigma_p: float = 1.0) -> float:
    return log(sigma_p / sigma) + (sigma**2 + (mean - mean_p) ** 2) / (2 * sigma_p**2) - 0.5


def wrong(way: Way) -> Verdict:
    return Verdict("wrong", way, None, STANDARD)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("-1/2 (1 + log s - mu^2 - s^2)", lambda mu, s: -0.5 * (1 + log(s) - mu**2 - s**2)),
        ("-1/2 (1 + 2 log s + mu^2 - s^2)", lambda mu, s: -0.5 * (1 + 2 * log(s) + mu**2 - s**2)),
    ],
)
def test_both_values_at_the_point_are_right(text: str, formula) -> None:  # type: ignore[no-untyped-def]
    found = counterexample(read(text), wrong(Way(Roles("mu", "s"), STD)))
    assert found is not None
    mu, s = float(found.point["mu"]), float(found.point["s"])  # type: ignore[arg-type]
    assert found.expected == pytest.approx(kl(mu, s), rel=1e-14)
    assert found.found == pytest.approx(formula(mu, s), rel=1e-14)
    assert abs(found.found - found.expected) > 0.01 * found.expected


def test_a_head_of_any_sign_takes_plain_numbers_too() -> None:
    found = counterexample(read("-1/2 (1 + l - mu^2 - exp(2 l))"), wrong(Way(Roles("mu", "l"), LOGVAR)))
    assert found is not None
    mu, head = float(found.point["mu"]), float(found.point["l"])  # type: ignore[arg-type]
    assert found.expected == pytest.approx(kl(mu, exp(head / 2)), rel=1e-14)


def test_the_kl_itself_has_none() -> None:
    assert counterexample(read("-1/2 (1 + 2 log s - mu^2 - s^2)"), wrong(Way(Roles("mu", "s"), STD))) is None


def test_the_prior_has_a_point_of_its_own() -> None:
    way = Way(Roles("m", "s", "n", "t"), STD, STD)
    found = counterexample(read("log(t/s) + (s^2 + (m - n)^2)/(2 s^2) - 1/2"), wrong(way))
    assert found is not None
    m, s, n, t = (float(found.point[name]) for name in "msnt")  # type: ignore[arg-type]
    assert found.expected == pytest.approx(kl(m, s, n, t), rel=1e-14)


def test_the_other_direction_is_asked_for() -> None:
    way = Way(Roles("m", "s", "n", "t"), STD, STD)
    text = "log(s/t) + (t^2 + (m - n)^2)/(2 s^2) - 1/2"
    assert counterexample(read(text), wrong(way), reverse=True) is None
    assert counterexample(read(text), wrong(way)) is not None


def test_a_point_without_a_value_is_one() -> None:
    none = counterexample(read("mu^2 + log(s - 3)"), wrong(Way(Roles("mu", "s"), STD)))
    assert none is not None
    assert (none.point["s"], none.found) == (2, None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 2), "0.5"),
        (Fraction(-3), "-3"),
        ((Fraction(1), Fraction(1, 4)), "[1, 0.25]"),
        (((Fraction(2), Fraction(1, 2)), (Fraction(1, 2), Fraction(1))), "[[2, 0.5], [0.5, 1]]"),
    ],
)
def test_numbers_are_written_as_one_types_them(value, text: str) -> None:  # type: ignore[no-untyped-def]
    assert plain_text(value) == text

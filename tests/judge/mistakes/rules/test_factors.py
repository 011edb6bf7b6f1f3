"""Rules of factors and exponents: what each makes of the mistake that it undoes, and what it leaves alone."""

from __future__ import annotations

import pytest

from klcli.judge.mistakes.rules import factors as rules
from klcli.judge.mistakes.rules.rewriting import SymbolRoles
from klcli.judge.mistakes.search import RewriteRule
from tests.judge.mistakes.rules.changes import TWO, by_python, made

UNDONE = [
    (rules.factor_lost, "-1/2 (1 + log s - mu^2 - s^2)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.factor_lost, "-1/2 (1 + s - mu^2 - exp(2 s))", "-1/2*(1 + 2*s - mu**2 - exp(2*s))"),
    (rules.factor_lost, "1/2 (mu^2 + s^2 - 1) - 1/2 log s", "1/2*(mu**2 + s**2 - 1) - log(s)"),
    (rules.factor_doubled, "-1/2 (1 + 2 log s - mu^2 - s)", "-1/2*(1 + log(s) - mu**2 - s)"),
    (rules.factor_doubled, "-1/2 (1 + log(s^2) - mu^2 - s)", "-1/2*(1 + log(s) - mu**2 - s)"),
    (rules.not_squared, "-1/2 (1 + 2 log s - mu^2 - s)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.not_squared, "-1/2 (1 + log s - mu^2 - sqrt(s))", "-1/2*(1 + log(s) - mu**2 - s)"),
    (rules.exp_not_squared, "-1/2 (1 + 2 s - mu^2 - exp(s))", "-1/2*(1 + 2*s - mu**2 - exp(2*s))"),
    (rules.squared_too_often, "-1/2 (1 + log s - mu^2 - s^2)", "-1/2*(1 + log(s) - mu**2 - s)"),
    (rules.squared_too_often, "-1/2 (1 + 2 log s - mu^2 - s^4)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.squared_too_often, "-1/2 (1 + s - mu^2 - exp(2 s))", "-1/2*(1 + s - mu**2 - exp(s))"),
    (rules.half_missing, "mu^2 + s^2 - 1 - 2 log s", "(mu**2 + s**2 - 1 - 2*log(s))/2"),
    (rules.half_missing, "-0.5 (1 + 2 log s) - mu^2 - s^2", "-0.5*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.half_missing, "mu^2/2 + s^2 - 1/2 - log s", "mu**2/2 + s**2/2 - 1/2 - log(s)"),
    (rules.half_too_often, "mu^2/4 + s^2/2 - 1/2 - log s", "mu**2/2 + s**2/2 - 1/2 - log(s)"),
    (rules.factor_missing, "1 + 2 log s - mu^2 - s^2", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.mean_not_squared, "-1/2 (1 + 2 log s - mu - s^2)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.mean_not_squared, "-1/2 (1 + 2 log s - 2 mu - s^2)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (rules.mean_not_squared, "-1/2 (1 + 2 log s - abs(mu) - s^2)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
    (
        rules.mean_not_squared,
        "-1/2 (1 + 2 log s - sqrt(mu^2) - s^2)",
        "-1/2*(1 + 2*log(s) - sqrt(mu**2)**2 - s**2)",
    ),
    (rules.log_squared, "-1/2 (1 + log(s)^2 - mu^2 - s^2)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)"),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), UNDONE)
def test_a_rule_undoes_its_mistake(rule: RewriteRule[SymbolRoles], wrong: str, right: str) -> None:
    assert by_python(right) in made(rule, wrong)
    assert by_python(right) not in made(rule, right)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.factor_lost, "mu^2 + exp(mu)"),
        (rules.factor_lost, "log(mu) + mu^2"),  # the logarithm of a mean is no term of a KL
        (rules.exp_not_squared, "exp(mu) + s"),
        (rules.squared_too_often, "mu^2 + 1"),
        (rules.not_squared, "exp(mu) + log(mu)"),
        (rules.not_squared, "sqrt(mu^2) + log(mu)"),
        (rules.half_too_often, "2 mu^2 + s"),
        (rules.mean_not_squared, "mu^2 + log(mu)"),
        (rules.log_squared, "log(s) + s^2"),
        (rules.log_squared, "log(s)^3"),
    ],
)
def test_what_a_rule_leaves_alone(rule: RewriteRule[SymbolRoles], text: str) -> None:
    assert made(rule, text) == set()


def test_a_mean_is_a_difference_where_there_are_two() -> None:
    wrong = "log(t/s) + (s^2 + (m - n))/(2 t^2) - 1/2"
    right = "log(t/s) + (s**2 + (m - n)**2)/(2*t**2) - 1/2"
    assert by_python(right) in made(rules.mean_not_squared, wrong, TWO)


def test_the_whole_is_halved_at_its_top_alone() -> None:
    assert made(rules.factor_missing, "mu^2 + s") == {by_python("-0.5*(mu**2 + s)")}

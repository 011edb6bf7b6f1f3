"""Rules of brackets, quotients and functions: what each makes of its mistake, and what it leaves alone."""

from __future__ import annotations

import pytest

from klcli.judge.mistakes.rules import operations as rules
from klcli.judge.mistakes.rules.rewriting import SymbolRoles
from klcli.judge.mistakes.search import RewriteRule
from tests.judge.mistakes.rules.changes import ONE, TWO, by_python, made

LOGVAR = "-1/2*(1 + s - mu**2 - exp(s))"
VAR = "-1/2*(1 + log(s) - mu**2 - s)"
PAIR = "log(t/s) + (s**2 + (m - n)**2)/(2*t**2) - 1/2"

UNDONE = [
    (rules.square_apart, "-1/2 (1 + log(s^2) - (mu + s)^2)", "-1/2*(1 + log(s**2) - mu**2 - s**2)", ONE),
    (rules.square_apart, "log(t/s) + (s + m - n)^2/(2 t^2) - 1/2", PAIR, TWO),
    (rules.square_apart, "log(t/s) + (s^2 + m^2 - n^2)/(2 t^2) - 1/2", PAIR, TWO),
    (rules.square_apart, "log(t/s) + (s^2 + (m - n^2))/(2 t^2) - 1/2", PAIR, TWO),
    (rules.quotient_turned, "-1/2 (1 + log s - mu^2 - 1/s)", VAR, ONE),
    (
        rules.quotient_turned,
        "1/2 (log t - log s + t/s + (m - n)^2/t - 1)",
        "(log(t/s) + s/t + (m - n)**2/t - 1)/2",
        TWO,
    ),
    (
        rules.quotient_turned,
        "1/2 (log t - log s + s/t + (m - n)^2*t - 1)",
        "(log(t/s) + s/t + (m - n)**2/t - 1)/2",
        TWO,
    ),
    (
        rules.quotient_turned,
        "1/2 (log t - log s + s - t + (m - n)^2/t - 1)",
        "(log(t/s) + s/t + (m - n)**2/t - 1)/2",
        TWO,
    ),
    (rules.product_for_sum, "-1/2 (1 + s - mu^2 * exp(s))", LOGVAR, ONE),
    (rules.product_for_sum, "-1/2 (1 + s * mu^2 - exp(s))", LOGVAR, ONE),
    (rules.constant_in_log, "-1/2 (log(1 + s) - mu^2 - s)", VAR, ONE),
    (rules.deviation_for_variance, "-1/2 (1 + 0.5 s - mu^2 - exp(0.5 s))", LOGVAR, ONE),
    (rules.deviation_for_variance, "-1/2 (1 + 0.5 log s - mu^2 - sqrt(s))", VAR, ONE),
    (rules.other_base, "-1/2 (1 + log(s)/log(2) - mu^2 - s)", VAR, ONE),
    (rules.factor_in_square, "log(t/s) + (s^2 + (m - n)^2)/(2 t)^2 - 1/2", PAIR, TWO),
    (
        rules.square_in_exponential,
        "-1/2 (1 + 2 s - mu^2 - exp(s^2))",
        "-1/2*(1 + 2*s - mu**2 - exp(s)**2)",
        ONE,
    ),
    (rules.functions_exchanged, "-1/2 (1 + s - exp(mu) - s^2)", LOGVAR, ONE),
    (rules.functions_exchanged, "-1/2 (1 + exp(s) - mu^2 - s)", LOGVAR, ONE),
    (rules.functions_exchanged, "-1/2 (1 + s - mu^2 - log(s))", VAR, ONE),
]


@pytest.mark.parametrize(("rule", "wrong", "right", "symbols"), UNDONE)
def test_a_rule_undoes_its_mistake(
    rule: RewriteRule[SymbolRoles], wrong: str, right: str, symbols: SymbolRoles
) -> None:
    assert by_python(right) in made(rule, wrong, symbols)
    assert by_python(right) not in made(rule, right.replace("**", "^"), symbols)


ONLY = [
    (rules.square_apart, "(mu - s)^2 + mu^2", ["mu**2 + (-s)**2 + mu**2"], ONE),
    (rules.quotient_turned, "mu/2 + log(s)", [], ONE),
    (rules.product_for_sum, "2 * mu + s * s", [], ONE),
    (rules.constant_in_log, "log(s) + mu", [], ONE),
    (rules.deviation_for_variance, "s + exp(s) + mu/2", [], ONE),
    (rules.deviation_for_variance, "-1/2 (1 + log s - mu^2 - sqrt(s))", [], ONE),  # one term, which is KL103
    (rules.other_base, "log(s)/s", [], ONE),
    (rules.factor_in_square, "(-2 s)^2 + s^2", [], ONE),
    (rules.square_in_exponential, "exp(mu^2) + exp(s)", [], ONE),
]


@pytest.mark.parametrize(("rule", "text", "expected", "symbols"), ONLY)
def test_what_a_rule_makes_of_something_else(
    rule: RewriteRule[SymbolRoles], text: str, expected: list[str], symbols: SymbolRoles
) -> None:
    assert made(rule, text, symbols) == set(map(by_python, expected))

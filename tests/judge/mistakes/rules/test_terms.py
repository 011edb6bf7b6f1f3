"""Rules of signs, constants and symbols: what each makes of the mistake that it undoes, and what it leaves alone."""

from __future__ import annotations

import pytest

from klcli.judge.mistakes.rules import terms as rules
from klcli.judge.mistakes.rules.rewriting import SymbolRoles
from klcli.judge.mistakes.search import RewriteRule
from tests.judge.mistakes.rules.changes import ONE, TWO, by_python, made

TO_ANOTHER = "log(t/s) + (s**2 + (m - n)**2)/(2*t**2) - 1/2"

UNDONE = [
    (rules.plus_for_times, "-0.5 + (1 + s - mu^2 - exp(s))", "-0.5*(1 + s - mu**2 - exp(s))", ONE),
    (rules.plus_for_times, "-0.5 + 1 + s - mu^2 - exp(s)", "-0.5*(1 + s - mu**2 - exp(s))", ONE),
    (rules.sign_of_term, "-1/2 (1 + s + mu^2 - exp(s))", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.sign_of_term, "-1/2 (1 + s - mu^2 - exp(-s))", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.sign_of_term, "-1/2 (-1 + s - mu^2 - exp(s))", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.sign_of_term, "log s - log t + (s^2 + (m - n)^2)/(2 t^2) - 1/2", TO_ANOTHER, TWO),
    (rules.sign_of_whole, "1/2 (1 + s - mu^2 - exp(s))", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.sign_of_whole, "-(mu^2 + s)", "mu**2 + s", ONE),
    (rules.other_symbol, "log(t/s) + (s^2 + (m - n)^2)/(2 s^2) - 1/2", TO_ANOTHER, TWO),
    (rules.other_symbol, "log(t/s) + (s^2 + (m - m)^2)/(2 t^2) - 1/2", TO_ANOTHER, TWO),
    (rules.constant, "-1/2 (2 + s - mu^2 - exp(s))", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.constant, "-1/2 (s - mu^2 - exp(s))", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.constant, "mu^2/2 + exp(s)/2 - s/2", "mu**2/2 + exp(s)/2 - s/2 - 1/2", ONE),
    (rules.log_ratio, "log(t)/log(s) + (s^2 + (m - n)^2)/(2 t^2) - 1/2", TO_ANOTHER, TWO),
    (rules.prior_variance, "log(t/s) + s^2/(2 t^2) + (m - n)^2/2 - 1/2", TO_ANOTHER, TWO),
    (rules.bracket_too_short, "log(t/s) + s^2 + (m - n)^2/(2 t^2) - 1/2", TO_ANOTHER, TWO),
    (rules.two_readings, "-1/2 (1 + log s - mu^2 - exp(s))", "-1/2*(1 + log(s) - mu**2 - s)", ONE),
    (rules.two_readings, "-1/2 (1 + s - mu^2 - s^2)", "-1/2*(1 + s - mu**2 - exp(s))", ONE),
    (rules.two_readings, "-1/2 (1 + s - mu^2 - s^2)", "-1/2*(1 + 2*log(s) - mu**2 - s**2)", ONE),
]


@pytest.mark.parametrize(("rule", "wrong", "right", "symbols"), UNDONE)
def test_a_rule_undoes_its_mistake(
    rule: RewriteRule[SymbolRoles], wrong: str, right: str, symbols: SymbolRoles
) -> None:
    assert by_python(right) in made(rule, wrong, symbols)
    assert by_python(right) not in made(rule, right.replace("**", "^"), symbols)


@pytest.mark.parametrize(
    ("rule", "text", "symbols"),
    [
        (rules.plus_for_times, "0.3 + s", ONE),
        (rules.plus_for_times, "0.5 s", ONE),
        (rules.other_symbol, "mu^2 + s", ONE),  # there is no other Gaussian
        (rules.log_ratio, "log(s) + log(t)", TWO),
        (rules.prior_variance, "mu^2 + s", ONE),  # its prior has no symbol
        (rules.prior_variance, "exp(log(s))", ONE),
        (rules.bracket_too_short, "m^2 + log(s)", TWO),
        (rules.two_readings, "mu^2 + exp(mu)", ONE),
        (rules.constant, "log(2)", ONE),
    ],
)
def test_what_a_rule_leaves_alone(rule: RewriteRule[SymbolRoles], text: str, symbols: SymbolRoles) -> None:
    assert made(rule, text, symbols) == set()


def test_every_term_of_a_sum_has_the_other_sign_once() -> None:
    expected = {by_python(text) for text in ("-mu + s - 1", "mu - s - 1", "mu + s + 1", "-mu + s + 1")}
    found = made(rules.sign_of_term, "mu + s - 1")
    assert expected - found <= {by_python("-mu + s + 1")}, "one sign at a time"
    assert by_python("-mu - s - 1") not in found

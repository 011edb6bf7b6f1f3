"""Which roles are likeliest, and one verdict for every reading, by what numbers say of each."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read, read_program
from klcli.formula.traversal import free_symbols
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import verify
from klcli.judge.question import PLAIN
from klcli.judge.readings import likeliest, verdicts_on
from klcli.judge.roles import Roles, possible_roles
from tests.judge.formulas import parts


def roles_of(text: str) -> list[Roles]:
    tree = read(text)
    return likeliest(tree, possible_roles(free_symbols(tree), mean=None, head=None))


@pytest.mark.parametrize(
    ("text", "mean", "head"),
    [
        ("mu^2/2 + s^2/2 - log s", "mu", "s"),
        ("a^2/2 + b/2 - log(b)/2", "a", "b"),  # names say nothing: the mean is what is squared
        ("x^2/2 + exp(y)/2 - y/2", "x", "y"),
        ("a^2/2 + sigma^2/2 - log sigma", "a", "sigma"),  # both are squared: one states a scale
    ],
)
def test_the_mean_is_by_its_name_or_is_squared(text: str, mean: str, head: str) -> None:
    assert {(way.mean, way.head) for way in roles_of(text)} == {(mean, head)}


def test_a_mean_and_a_head_with_one_number_belong_together() -> None:
    """The square of the difference does not say whose mean stands first."""
    text = "(s_{0}^2 + (mu_1 - mu_0)^2) / s_{1}^2 / 2 + log(s_{1}) - log(s_{0})"
    for q, p in ("01", "10"):
        found = verify(read_program(text.format(q, p)), PLAIN).best.verdict.roles
        assert found == Roles(f"mu_{q}", f"s_{q}", f"mu_{p}", f"s_{p}")


@pytest.mark.parametrize("name", [name for name, row in PARAMETERIZATIONS.items() if not row.has_range])
def test_the_kl_of_a_reading_is_exact_under_that_alone(name: str) -> None:
    """The table of readings makes the formula; under any other row it is another function."""
    from klcli.formula.tree import Number, Symbol, operation

    variance, logarithm = parts(name)
    tree = operation("-", operation("+", operation("^", Symbol("mu"), Number(2)), variance), logarithm)
    tree = operation("/", operation("-", tree, Number(1)), Number(2))
    found = verdicts_on(tree, [Roles("mu", "s")], PLAIN)
    assert [one.parameterization.name for one in found] == list(PARAMETERIZATIONS)
    assert [one.parameterization.name for one in found if one.kind == "exact"] == [name]


def test_roles_that_give_a_kl_end_the_search() -> None:
    """1/2 (a^2 + b - log b - 1): with a and b exchanged it is none, and is not told."""
    tree = read("(a^2 + b - log b - 1)/2")
    found = verdicts_on(tree, [Roles("b", "a"), Roles("a", "b")], PLAIN)
    (exact,) = [one for one in found if one.kl]
    assert (exact.roles.mean, exact.roles.head, exact.parameterization.name) == ("a", "b", "var")


def test_what_has_no_ingredients_has_a_verdict_all_the_same() -> None:
    found = verdicts_on(read("mu + s"), [Roles("mu", "s")], PLAIN)
    assert {one.kind for one in found} == {"not-kl"}


def test_two_gaussians_may_be_read_unlike() -> None:
    """A posterior of log-variance l beside a prior of standard deviation t."""
    tree = read("log(t) - l/2 + (exp(l) + (m - n)^2)/(2 t^2) - 1/2")
    found = verdicts_on(tree, [Roles("m", "l", "n", "t")], PLAIN)
    exact = [(one.parameterization.name, one.prior_parameterization) for one in found if one.kind == "exact"]
    assert exact == [("logvar", PARAMETERIZATIONS["std"])]

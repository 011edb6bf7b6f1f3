"""Formulas that are typed beside those met online, the one that is expected, the prior it is held to."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from klcli.cli.comparing.formula_arguments import expected, fixed_prior, named
from klcli.errors import KlcliError
from klcli.formula.traversal import free_symbols
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.scaled_kl import STANDARD


def options(**given: Any) -> dict[str, Any]:
    forms = ("cov", "cholesky", "precision_matrix", "correlation")
    names = ("mu", "sigma", "param", *PARAMETERIZATIONS, *forms)
    return dict.fromkeys(f"prior_{name}" for name in names) | {
        f"prior_{name}": one for name, one in given.items()
    }


def test_a_name_stands_before_the_first_equals_sign() -> None:
    found = named(["mine=-1/2 (1 + s - mu^2 - e^s)", "other = mu^2 + s"], ())
    assert set(found) == {"mine", "other"}
    assert set(free_symbols(found["other"].tree)) == {"mu", "s"}


@pytest.mark.parametrize("text", ["-1/2 (1 + s)", "=mu^2", "2x=mu^2", "a == b", "x" * 21 + "=mu"])
def test_what_has_no_name(text: str) -> None:
    with pytest.raises(KlcliError, match="--formula takes NAME=TEXT") as caught:
        named([text], ())
    assert "mine=" in caught.value.hint


@pytest.mark.parametrize(("texts", "taken"), [(["a=mu", "a=s"], ()), (["A=mu"], ("A", "B")), (["KL=mu"], ())])
def test_a_name_is_given_once(texts: list[str], taken: tuple[str, ...]) -> None:
    with pytest.raises(KlcliError, match=r"there is a formula \w+ already"):
        named(texts, taken)


def test_the_expected_formula_is_one_of_those() -> None:
    programs = named(["mine=mu^2 + s"], ())
    chosen = {"A": programs["mine"].tree, "mine": programs["mine"].tree}
    assert expected("mine", chosen, programs) is programs["mine"]
    assert expected("A", chosen, programs).tree == chosen["A"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("a", "did you mean 'A'?"), ("mina", "did you mean 'mine'?"), ("zzz", "one of: A, mine")],
)
def test_one_that_is_not_there_is_answered_with_the_nearest(name: str, hint: str) -> None:
    programs = named(["mine=mu^2 + s"], ())
    chosen = {"A": programs["mine"].tree, "mine": programs["mine"].tree}
    with pytest.raises(KlcliError, match="there is no such formula") as caught:
        expected(name, chosen, programs)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("given", "mean", "variance"),
    [
        ({"sigma": (Fraction(2),)}, 0, 4),
        ({"var": (Fraction(3),), "mu": (Fraction(1),)}, 1, 3),
        ({"precision": (Fraction(4),)}, 0, Fraction(1, 4)),
    ],
)
def test_a_fixed_prior_has_an_exact_variance(given: dict[str, Any], mean: int, variance: Fraction) -> None:
    found = fixed_prior(options(**given))
    assert (found.mean, found.variance) == (mean, variance)


def test_without_a_prior_it_is_the_standard_normal() -> None:
    assert fixed_prior(options()) == STANDARD


def test_a_prior_whose_variance_is_no_fraction_is_refused() -> None:
    with pytest.raises(KlcliError, match="whose variance is a number") as caught:
        fixed_prior(options(logvar=(Fraction(1),)))
    assert "--prior-sigma" in caught.value.hint

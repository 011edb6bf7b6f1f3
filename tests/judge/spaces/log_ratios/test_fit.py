"""Programs of log-probabilities as functions of u: value and gradient by calculus on paper, with stops."""

from __future__ import annotations

from fractions import Fraction
from math import exp

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree
from klcli.judge.spaces.log_ratios.fit import RatioFunction, function_of, value_at
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q

HALF = Fraction(1, 2)


def tree(text: str) -> Tree:
    given = {"q": Symbol(Q), "p": Symbol(P), "old": Symbol(OLD)}
    return substitute(read_program(text, "python").arrays, given)


def fitted(text: str, **held: float) -> RatioFunction | None:
    return function_of(tree(text), held)


FUNCTIONS = [
    # the value, and its derivative in log q with u = log q - log p
    ("q - p", {"u": 1}, {"1": 1}),
    ("(q - p)**2 / 2", {"u^2": HALF}, {"u": 1}),
    ("torch.exp(p - q) - (p - q) - 1", {"exp(-u)": 1, "u": 1, "1": -1}, {"1": 1, "exp(-u)": -1}),
    ("torch.exp(q - p) * (q - p)", {"u exp(u)": 1}, {"exp(u)": 1, "u exp(u)": 1}),
    ("torch.abs(q - p)", {"|u|": 1}, {"sign(u)": 1}),
    ("(q - p).detach()", {"u": 1}, {}),
    ("(q - p).detach() * q - (q - p).detach() * q.detach()", {}, {"u": 1}),
    ("0.5 * (q - p)", {"u": HALF}, {"1": HALF}),
]


@pytest.mark.parametrize(("text", "value", "gradient"), FUNCTIONS)
def test_value_and_gradient(text: str, value: dict[str, Fraction], gradient: dict[str, Fraction]) -> None:
    found = fitted(text)
    assert found is not None
    assert (found.value, found.gradient) == (value, gradient)
    assert (found.is_summand, found.is_weighed) == (False, False)


def test_a_summand_of_all_outcomes_grows_like_q() -> None:
    found = fitted("torch.exp(q) * (q - p)")
    assert found is not None
    assert found.is_summand
    assert found.value == {"u": 1}
    assert found.gradient == {"u": 1, "1": 1}  # (q u)' = q (u + 1)


def test_a_ratio_to_the_old_policy_weighs() -> None:
    found = fitted("torch.exp(q - old) * (q - p)")
    assert found is not None
    assert found.is_weighed
    assert found.value == {"u": 1}


@pytest.mark.parametrize("text", ["q * p", "torch.exp(q) + q - p", "q**2"])
def test_what_knows_more_than_the_ratio_is_none(text: str) -> None:
    assert fitted(text) is None


def test_a_sum_of_both_has_a_gradient_alone() -> None:
    found = fitted("q + p")
    assert found is not None
    assert (found.value, found.gradient) == (None, {"1": 1})


def test_other_symbols_are_held() -> None:
    found = fitted("beta * (q - p) + rec", beta=0.25, rec=0.0)
    assert found is not None
    assert found.value == {"u": Fraction(1, 4)}
    assert fitted("beta * (q - p)") is None, "a symbol without a value"


@pytest.mark.parametrize("u", [-2.0, 0.0, 1.5])
def test_the_value_at_one_ratio(u: float) -> None:
    assert value_at(tree("torch.exp(p - q) + (q - p) - 1"), {}, u) == pytest.approx(
        exp(-u) + u - 1, rel=1e-14
    )

"""Clips, small numbers and overflow of estimates: limits as one finds them by solving for u."""

from __future__ import annotations

from math import exp, log

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree
from klcli.judge.condition_kinds import Condition
from klcli.judge.spaces.log_ratios.log_prob_assignments import P, Q
from klcli.judge.spaces.log_ratios.numerical_limits import guard_conditions, overflow_of


def tree(text: str) -> Tree:
    return substitute(read_program(text, "python").arrays, {"q": Symbol(Q), "p": Symbol(P)})


def conditions(text: str) -> list[Condition]:
    return list(guard_conditions(read_program(text, "python"), tree(text), (), ()))


K3 = "torch.exp({0}) - {0} - 1"


@pytest.mark.parametrize(
    ("text", "passes", "words"),
    [
        (K3.format("torch.clamp(p - q, -10, 10)"), True, "does not bind for log-ratios up to 10"),
        (K3.format("torch.clamp(p - q, -20, 20)"), True, "does not bind"),
        (K3.format("torch.clamp(p - q, -5, 20)"), False, "binds for u above 5:"),  # p - q < -5
        (K3.format("torch.clamp(p - q, max=2)"), False, "binds for u below -2:"),
        (K3.format("torch.clamp(p - q, -1, 2)"), False, "binds for u below -2 and above 1:"),
        ("torch.clamp(torch.exp(p - q) - (p - q) - 1, max=exp(1))", False, "binds for u"),
    ],
)
def test_where_a_clip_binds(text: str, passes: bool, words: str) -> None:
    (found,) = conditions(text)
    assert (found.kind, found.passes) == ("clip", passes)
    assert words in found.text


def test_a_limit_is_found_by_bisection() -> None:
    """exp(-u) <= 3 from u = -log 3 on, which is no multiple of a step."""
    (found,) = conditions("torch.clamp(torch.exp(p - q), max=3) - (p - q) - 1")
    assert f"u below {-log(3):.4g}:" in found.text


def test_the_error_of_a_small_number() -> None:
    """log(e^u + 1e-6) is off by log(1 + 1e-6 e^10) at u = -10, relative to 1 + 10."""
    (found,) = conditions("torch.log(torch.exp(q - p) + 1e-6)")
    assert found.kind == "small-number"
    assert f"{log(1 + 1e-6 * exp(10)) / 11:.2g}" in found.text
    assert not found.passes


def test_without_guards_there_is_no_condition() -> None:
    assert conditions("q - p") == []


@pytest.mark.parametrize(("text", "sign"), [("torch.exp(q - p)", 1), ("torch.exp(p - q) + q - p - 1", -1)])
def test_an_exponential_overflows_where_the_largest_number_is(text: str, sign: int) -> None:
    """log of (2 - 2^-10) 2^15, (2 - 2^-23) 2^127 and (2 - 2^-52) 2^1023: 11.09, 88.72 and 709.8."""
    found = overflow_of(tree(text))
    assert found is not None
    assert found.below is (sign < 0)
    largest = {"half": 65504.0, "single": 3.4028234663852886e38}
    for name, number in largest.items():
        if name in found.limits:
            assert found.limits[name] == pytest.approx(sign * log(number), rel=1e-3)
    assert found.limits["double"] == pytest.approx(sign * 709.782712893384, rel=1e-6)


def test_a_program_without_the_policy_has_none() -> None:
    assert overflow_of(tree("torch.exp(p)")) is None

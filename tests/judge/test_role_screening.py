"""The cheap look at symbols: it rules out most ways, and never one under which a formula is a KL."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from klcli.formula.program_reader import read
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree, number, operation
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.role_screening import has_plain_numbers, screened
from klcli.judge.roles import Roles

ROLES = Roles("m1", "h1", "m2", "h2")
FORWARD = read("1/2 (k2 - k1 + (v1 + (m1 - m2)^2)/v2 - 1)")
REVERSED = read("1/2 (k1 - k2 + (v2 + (m1 - m2)^2)/v1 - 1)")
FIXED = read("1/2 (v1/t + (m1 - m)^2/t - 1 - k1)")


def divergence(tree: Tree, one: str, two: str) -> Tree:
    parts: dict[str, Tree] = {}
    for place, name in (("1", one), ("2", two)):
        own = {"s": Symbol(f"h{place}")}
        row = PARAMETERIZATIONS[name]
        parts |= {f"v{place}": substitute(row.variance, own), f"k{place}": substitute(row.log_variance, own)}
    return substitute(tree, parts)


@pytest.mark.parametrize(("one", "two"), list(product(PARAMETERIZATIONS, PARAMETERIZATIONS)))
def test_the_roles_of_a_kl_are_admitted(one: str, two: str) -> None:
    for place, body in enumerate((FORWARD, REVERSED)):
        found = screened(divergence(body, one, two))
        assert found.admits(ROLES)
        assert one in found.heads("h1")[place]
        assert two in found.heads("h2")[1 - place]


@pytest.mark.parametrize("reading", PARAMETERIZATIONS)
@example(scale=1e-4, shift=0.0, mean=7408.0, variance=0.015625)
@given(
    scale=st.floats(1e-4, 1e4),
    shift=st.floats(-1e4, 1e4),
    mean=st.floats(-1e4, 1e4),
    variance=st.floats(1e-4, 1e4),
)
@settings(max_examples=30, deadline=None)  # of each reading
def test_a_fixed_prior_a_factor_and_a_constant_rule_nothing_out(
    reading: str, scale: float, shift: float, mean: float, variance: float
) -> None:
    body = divergence(FIXED, reading, reading)
    whole = substitute(body, {"t": number(str(variance)), "m": number(str(mean))})
    tree = operation("+", operation("*", number(str(scale)), whole), number(str(shift)))
    found = screened(tree)
    assert found.admits(Roles("m1", "h1"))
    assert reading in found.heads("h1")[0]


@pytest.mark.parametrize(
    "text", ["1/2 (s^2 + mu^2 - 1) - log(s) + 1e12", "1e-12 (1/2 (s^2 + mu^2 - 1) - log(s))"]
)
def test_numbers_beyond_doubles_rule_nothing_out(text: str) -> None:
    assert screened(read(text)).admits(Roles("mu", "s"))


RULED_OUT = {
    "1/2 (s^2 + mu^2 - 1)": "there is no logarithm",
    "1/2 (s^2 + mu^2 - 1) + log(s)": "the logarithm has the wrong sign",
    "1/2 (s^2 + mu^3 - 1) - log(s)": "no parabola in the mean",
    "1/2 (s^3 + mu^2 - 1) - log(s)": "three terms of another kind",
    "1/2 (s^2 + mu^2 - 1) - log(s)^2": "a logarithm that is squared",
    "1/2 (mu^2 + 1) + sqrt(s)": "no head at all",
}


@pytest.mark.parametrize("text", RULED_OUT)
def test_what_is_no_kl_is_ruled_out(text: str) -> None:
    assert not screened(read(text)).admits(Roles("mu", "s"))


def test_a_head_is_no_mean_and_a_mean_no_head() -> None:
    found = screened(read("1/2 (exp(s) + mu^2 - 1 - s)"))
    assert found.admits(Roles("mu", "s"))
    assert not found.admits(Roles("s", "mu"))


@pytest.mark.parametrize(
    ("text", "largest", "expected"),
    [("3 x", 10, True), ("10 x", 10, False), ("0.1 x", 10, False), ("0 x", 10, True), ("x", 10, True)],
)
def test_numbers_are_plain_between_a_bound_and_its_reciprocal(
    text: str, largest: int, expected: bool
) -> None:
    assert has_plain_numbers(read(text), largest) is expected

"""Counted work: who has a budget gets no more, and what was remembered does not change the count."""

from __future__ import annotations

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import SpentError, at_most, remembered, spend, spent
from klcli.formula.value.decimal_arithmetic import Decimals
from klcli.formula.value.doubles import DoubleColumns, Doubles

TREE = parse("x^2 + exp(x) - 1")


def work(number: int) -> int:
    before = spent()
    spend(number)
    return spent() - before


def test_without_a_budget_nobody_is_refused() -> None:
    assert work(10**12) == 10**12


def test_a_budget_ends_what_needs_more() -> None:
    with at_most(10):
        spend(10)
    with pytest.raises(SpentError), at_most(10):
        spend(11)
    work(11)


def test_what_is_spent_within_a_budget_counts_in_the_one_around_it() -> None:
    with at_most(10):
        with at_most(100):
            spend(8)
        with pytest.raises(SpentError):
            spend(3)


def test_a_budget_within_another_is_no_larger() -> None:
    with pytest.raises(SpentError), at_most(10), at_most(100):
        spend(11)


def test_no_exception_of_programs_is_one_of_budgets() -> None:
    assert not issubclass(SpentError, Exception)


def test_what_is_remembered_is_forgotten_when_a_budget_begins() -> None:
    calls = []

    @remembered(4)
    def square(x: int) -> int:
        calls.append(x)
        return x * x

    assert [square(3), square(3)] == [9, 9]
    assert calls == [3]
    with at_most(1):
        assert square(3) == 9
    assert calls == [3, 3]


def test_evaluations_cost_what_they_take() -> None:
    costs = []
    for given, arithmetic in (
        (2.0, Doubles()),
        ([2.0] * 50, DoubleColumns(50)),
        (Decimals(70).number(TREE.right.value), Decimals(70)),
    ):
        before = spent()
        evaluate(TREE, {"x": given}, arithmetic)
        costs.append(spent() - before)
    assert costs[0] == 8  # one for each node
    assert costs[1] > 5 * costs[0]
    assert costs[2] > 70

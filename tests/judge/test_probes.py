"""Points and digits of a verdict: heads against mpmath, digits against the numbers that a formula has."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.probes import compared_digits, head_at, own_points, probes
from tests.reference import HEAD


@pytest.mark.parametrize("name", HEAD)
def test_heads_stand_for_their_sigmas(name: str) -> None:
    with mpmath.workdps(50):
        for _, sigma in probes(name):
            wanted = HEAD[name](mpmath.mpf(str(sigma)))
            found = mpmath.mpf(str(head_at(name, sigma, 45)))
            assert abs(found - wanted) <= mpmath.mpf(10) ** -38 * max(1, abs(wanted))


def test_long_numbers_ask_for_more_digits() -> None:
    """A difference in the last of 40 figures shows only with more digits than these."""
    plain = read_program("s - 0.5", "math").tree
    long = read_program("s - 0.5000000000000000000000000000000000000001", "math").tree
    assert compared_digits(long) >= compared_digits(plain) + 40


def test_a_formula_is_tried_beyond_its_own_numbers() -> None:
    """Where ``abs(s - 30)`` bends no other point looks: one has to lie beyond 30."""
    tree = read_program("abs(s - 30)", "math").tree
    assert max(sigma for _, sigma in own_points(tree)) > Fraction(30)
    assert own_points(tree) == own_points(read_program("abs(s - 30)", "math").tree)

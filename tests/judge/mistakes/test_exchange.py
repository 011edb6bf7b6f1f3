"""Posterior and prior exchanged: the text of the other direction, in the notation of the formula."""

from __future__ import annotations

from math import log

import pytest

from klcli.formula.program_reader import read_program
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.exchange import sides_exchanged
from klcli.judge.roles import Roles
from klcli.judge.ways import Way

STD, VAR = PARAMETERIZATIONS["std"], PARAMETERIZATIONS["var"]
ROLES = Roles("m", "s", "n", "t")


@pytest.mark.parametrize(
    "text",
    ["log(s/t) + (t**2 + (n - m)**2)/(2*s**2) - 1/2", "log(s) - log(t) + (t**2 + (m - n)**2)/(2*s**2) - 1/2"],
)
def test_the_other_direction_is_the_kl(text: str) -> None:
    """KL(N(m, s^2) || N(n, t^2)) at a point, by the formula in plain Python."""
    program = read_program(text, "python")
    found = sides_exchanged(program, program.tree, Way(ROLES, STD, STD))
    assert found is not None
    point = {"m": 0.4, "s": 1.7, "n": -0.6, "t": 0.8}
    value = eval(found.text, {"log": log}, point)
    assert value == pytest.approx(log(0.8 / 1.7) + (1.7**2 + 1.0**2) / (2 * 0.8**2) - 0.5, rel=1e-12)


@pytest.mark.parametrize(
    "way",
    [
        Way(Roles("m", "s"), STD),
        Way(Roles("m", None, "n", "t"), STD, STD),
        Way(ROLES, STD, VAR),  # a symbol that means two things cannot be exchanged for another
    ],
    ids=["no prior", "no head", "two readings"],
)
def test_what_cannot_be_exchanged(way: Way) -> None:
    program = read_program("log(s/t) + t", "python")
    assert sides_exchanged(program, program.tree, way) is None

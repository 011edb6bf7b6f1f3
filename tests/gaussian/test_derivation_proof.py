"""Proofs: every step of every derivation is proved, and nothing that is wrong is."""

from __future__ import annotations

import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.derivation import steps_of_one_dimension
from klcli.gaussian.derivation_proof import proved
from klcli.gaussian.parameterization import PARAMETERIZATIONS


@pytest.mark.parametrize("standard", [True, False])
@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_every_step_is_proved(name: str, standard: bool) -> None:
    reading = PARAMETERIZATIONS[name]
    steps = [step.tree for step in steps_of_one_dimension(reading, standard=standard)]
    assert proved(steps, reading, standard=standard) == (True,) * (len(steps) - 1)


@pytest.mark.parametrize(
    "wrong",
    [
        "-1/2 (log sigma - sigma^2 - mu^2 + 1)",
        "-1/2 (2 log sigma - sigma^2 - mu^2)",
        "-1/2 (2 log sigma - sigma^2 - mu^2 + 1) + 1e-60 mu^4",
        "-1/2 (2 log sigma - sigma - mu^2 + 1)",
    ],
)
def test_what_is_wrong_is_not_proved(wrong: str) -> None:
    right = "-1/2 (2 log sigma - sigma^2 - mu^2 + 1)"
    steps = [parse(right), parse(wrong), parse(right)]
    assert proved(steps, PARAMETERIZATIONS["std"], standard=True) == (False, False)

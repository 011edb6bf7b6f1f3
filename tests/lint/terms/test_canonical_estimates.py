"""The form in which the mistakes of estimates are looked for: the same number at random points."""

from __future__ import annotations

import math

import pytest

from klcli.formula.program_reader import read
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.lint.terms.canonical_estimates import normal_forms


@pytest.mark.parametrize(
    "text", ["0.5*(exp(s) + mu^2) - 0.5*s - 1/2", "(s^2 + mu^2)/2 - log(s)", "3*mu^2 + s^2 - log(s)"]
)
def test_it_is_the_same_function(text: str) -> None:
    tree = read(text)
    found = list(normal_forms(tree))
    assert found
    for form in found:
        for values in ({"mu": 0.3, "s": 0.7}, {"mu": -1.1, "s": 1.9}):
            assert math.isclose(
                evaluate(form, values, Doubles()), evaluate(tree, values, Doubles()), rel_tol=1e-12
            )


def test_others_have_none() -> None:
    assert list(normal_forms(read("mu^2 + a + b"))) == []
    assert list(normal_forms(read("mu^3 + exp(s)"))) == []

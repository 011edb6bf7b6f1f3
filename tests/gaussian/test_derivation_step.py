"""A step out of a table: its rule in words and formulas; and when two steps have one value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from klcli.formula.read.math_parser import known, parse_matrices
from klcli.gaussian.derivation_step import DerivationStep, are_same, rule_of_head, step_of
from klcli.gaussian.parameterization import PARAMETERIZATIONS


def test_formulas_stand_in_braces() -> None:
    step = step_of("{2 pi} cancels in {log x}", "log sigma", known)
    assert step == DerivationStep((known("2 pi"), " cancels in ", known("log x")), known("log sigma"))


@pytest.mark.parametrize("words", ["!definition", "definition"])
def test_the_mark_of_an_essential_step_is_no_word_of_it(words: str) -> None:
    step = step_of(words, "E_q[log q - log p]", known)
    assert (step.words, step.value) == ("definition", None)


def test_matrices_are_read_as_such() -> None:
    step = step_of("trace: {mu^T mu}", "tr(Sigma)", parse_matrices)
    assert (step.rule[1], step.tree) == (parse_matrices("mu^T mu"), parse_matrices("tr(Sigma)"))


def test_the_last_rule_says_what_the_head_is() -> None:
    reading = PARAMETERIZATIONS["logvar"]
    step = DerivationStep(rule_of_head(reading, known("sigma^2"), reading.variance), known("mu"))
    assert step.words == "the head s is a log-variance: sigma^2 = e^s"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("1", "1." + "0" * 40 + "9", True),
        ("1", "1." + "0" * 39 + "9", False),
        ("1e20", "1e20", True),
        ("1e20", "100000000000000000000.000000000000000000009", True),
        ("1e20", "100000000000000000000.00000000000000000009", False),
        ("0", "9e-41", True),
        ("0", "-9e-40", False),
    ],
)
def test_forty_digits_are_compared(before: str, after: str, same: bool) -> None:
    assert are_same(Decimal(before), Decimal(after)) == same

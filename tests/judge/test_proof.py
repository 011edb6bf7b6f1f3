"""Proofs by algebra: every true verdict is proved, a false one is not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from klcli.formula.program import read, read_program
from klcli.judge.proof import is_proved
from klcli.judge.verification import verify
from tests.judge.formulas import NAMES, parts, right_lines


@pytest.mark.parametrize("name", NAMES)
def test_right_lines_are_proved(name: str) -> None:
    for _, text in right_lines(name):
        found = verify(read_program(text))
        assert is_proved(found.prepared.tree, found.best.verdict), text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", ["std", "logvar", "softplus"])
def test_two_gaussians_are_proved(name: str, other: str) -> None:
    from klcli.formula.printing import to_text

    (v1, l1), (v2, l2) = parts(name, "s1"), parts(other, "s2")
    v, w, k, m = (to_text(tree, "python") for tree in (v1, v2, l1, l2))
    found = verify(read_program(f"0.5 * ({m} - ({k}) + (({v}) + (mu1 - mu2)**2)/({w}) - 1)"))
    assert found.best.kind == "exact"
    assert is_proved(found.prepared.tree, found.best.verdict)


@pytest.mark.parametrize(
    "text",
    [
        "-1/2 (1 + s - mu^2 - e^(2s))",
        "-(1 + s - mu^2 - e^s)/64 + 3",
        "log s + (1 + mu^2)/(2 s^2) - 1/2",
        "1/2 (mu^2/4 + s^2/4 - 1 - 2 log(s))",
        "1/2 (s1/s2 - log(s1/s2) + (m1 - m2)^2/s2 - 1) + log(2)",
    ],
)
def test_multiples_other_priors_and_the_reversed(text: str) -> None:
    found = verify(read_program(text))
    assert found.best.verdict.kl is not None
    assert is_proved(found.prepared.tree, found.best.verdict)


def test_a_false_claim_is_not_proved() -> None:
    tree = read("-0.5 * (1 + s - mu^2 - exp(s))")
    verdict = verify(read_program("-0.5 * (1 + s - mu^2 - exp(s))")).best.verdict
    assert verdict.kl is not None
    assert is_proved(tree, verdict)
    for wrong in (
        replace(verdict, kl=replace(verdict.kl, shift=Fraction(1, 10**30))),
        replace(verdict, kl=replace(verdict.kl, scale=Fraction(2))),
        replace(verdict, kind="reversed"),
        replace(verdict, kl=None),
    ):
        assert not is_proved(tree, wrong)

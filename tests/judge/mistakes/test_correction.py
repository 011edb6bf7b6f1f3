"""Changes that undo a mistake: of one Gaussian and of two, to the prior that is meant, exact ones before multiples."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.correction import undoings
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import FixedPrior

STANDARD, SHIFTED = FixedPrior(Fraction(0), Fraction(1)), FixedPrior(Fraction(1), Fraction(4))
ONE, TWO = Roles("mu", "s"), Roles("mu", "s", "m", "t")
KL = "log(t/s) + (s^2 + (mu - m)^2)/(2 t^2) - 1/2"


@pytest.mark.parametrize(
    ("text", "role", "readings", "prior", "code", "kind", "mended"),
    [
        (
            "1/2 (s^2 + mu^2 - 1) + log(s)",
            ONE,
            "std",
            STANDARD,
            "KL108",
            "exact",
            "1/2 (s^2 + mu^2 - 1) - log(s)",
        ),
        # KL(N(mu, s^2) || N(1, 4)).
        (
            *("1/2 ((s^2 + (mu - 1)^2)/4 - 1) + log(s) + log(2)", ONE, "std", SHIFTED),
            *("KL108", "exact", "1/2 ((s^2 + (mu - 1)^2)/4 - 1) - log(s) + log(2)"),
        ),
        # No change makes it the KL itself, one makes it three times that.
        (
            *("3 (1/2 (s^2 + mu^2 - 1) + log(s))", ONE, "std", STANDARD),
            *("KL108", "scaled", "3 (1/2 (s^2 + mu^2 - 1) - log(s))"),
        ),
        (
            KL.replace("t/s", "s/t"),
            TWO,
            "std std",
            STANDARD,
            "KL108",
            "exact",
            f"-{KL}".replace("t/s", "s/t"),
        ),
        (KL.replace("s^2 +", "s^2 -"), TWO, "std std", STANDARD, "KL108", "exact", KL),
        # The variance of the prior is that of its own reading.
        (
            *("1/2 (t - v + (e^v + (mu - m)^2) - 1)", Roles("mu", "v", "m", "t"), "logvar logvar", STANDARD),
            *("KL116", "exact", "1/2 (t - v + (e^v + (mu - m)^2)/e^t - 1)"),
        ),
    ],
)
def test_the_first_change(
    text: str, role: Roles, readings: str, prior: FixedPrior, code: str, kind: str, mended: str
) -> None:
    reading, *others = (PARAMETERIZATIONS[name] for name in readings.split())
    found = next(undoings(read(text), role, [(reading, others[0] if others else None)], prior))
    assert (found.mistake.code, found.verdict.kind, found.tree) == (code, kind, read(mended))


def test_what_makes_it_the_kl_goes_before_what_makes_it_a_multiple() -> None:
    """With 2 log(s) it would be twice the KL, by a rule that stands before that of the half."""
    tree = read("(s^2 + mu^2 - 1) - log(s)")
    found = list(undoings(tree, ONE, [(PARAMETERIZATIONS["std"], None)], STANDARD))
    assert [(one.mistake.code, one.verdict.kind) for one in found] == [("KL106", "exact")]


@pytest.mark.parametrize(
    "text",
    [
        "1/2 (s + mu^3 - 1) + log(s)",
        "3 (1/2 (s^2 + mu^2 - 1) + log(s)) + 7",  # a sign, which leaves a constant beside three KLs
    ],
)
def test_two_mistakes_are_not_undone(text: str) -> None:
    tree = read(text)
    assert list(undoings(tree, ONE, [(PARAMETERIZATIONS["std"], None)], STANDARD)) == []

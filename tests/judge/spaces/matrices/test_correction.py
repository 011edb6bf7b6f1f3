"""Corrections of formulas of matrices: the smallest change that is the KL, read again as a whole."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_again
from klcli.judge.mistakes.search import UndoneMistake
from klcli.judge.question import PLAIN
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.spaces.matrices.correction import repaired
from klcli.judge.spaces.matrices.kind_assignments import typed
from tests.judge.spaces.matrices.settings import program

STANDARD = FixedPrior(Fraction(0), Fraction(1))


def mended(text: str, prior: FixedPrior = STANDARD) -> UndoneMistake | None:
    own = program(text)
    first = typed(own, PLAIN)[0]
    return repaired(own, first.subject, first.kinds, first.groups[0][:1], prior)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        (
            "0.5 (tr(S) + mu'mu - d + log det S)",
            "KL126",
            "0.5 (tr(S) + mu'mu - d - log det S)",
        ),
        (
            "0.5 * (np.trace(S) + mu @ mu - np.linalg.slogdet(S)[1])",
            "KL123",
            "0.5 * (np.trace(S) + mu @ mu - np.linalg.slogdet(S)[1] - d)",
        ),
        (
            "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' (m_p - m_q) - d + log|S_p|/|S_q|)",
            "KL128",
            "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' * S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)",
        ),
    ],
)
def test_the_smallest_change(text: str, code: str, expected: str) -> None:
    found = mended(text)
    assert found is not None
    assert (found.mistake.code, found.source.text) == (code, expected)
    assert found.verdict.kind == "exact"
    # What is shown is what was judged.
    assert read_again(program(text), found.source).tree == read_again(program(expected), found.source).tree


@pytest.mark.parametrize(
    "text",
    [
        "0.5 (tr(S S S) + mu'mu - d + log det S)",  # two mistakes
        "tr(S) + mu'mu",
        "0.5 (tr(S) + mu'mu - 7 d - log det S) + log det S",
        "0.5000000001 (tr(S) + mu'mu - d + log det S)",  # a sign, and a factor that doubles let pass
    ],
)
def test_where_no_known_change_makes_a_kl(text: str) -> None:
    assert mended(text) is None


def test_the_prior_that_is_meant_decides() -> None:
    """To N(0, 4 I): 1/2 (tr S/4 + |mu|^2/4 - d - log det S + d log 4); a sign is lost."""
    text = "0.5 (tr(S)/4 + mu'mu/4 - d + log det S + d log 4)"
    assert mended(text) is None
    found = mended(text, FixedPrior(Fraction(0), Fraction(4)))
    assert found is not None
    assert found.source.text == "0.5 (tr(S)/4 + mu'mu/4 - d - log det S + d log 4)"

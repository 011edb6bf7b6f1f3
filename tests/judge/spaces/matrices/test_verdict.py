"""The verdict on a formula of matrices in one way: its kind, and the spread term alone, which is no KL."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.judge.question import PLAIN
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.spaces.matrices.kind_assignments import typed
from klcli.judge.spaces.matrices.verdict import judge_way
from tests.judge.spaces.matrices.settings import program

STANDARD = FixedPrior(Fraction(0), Fraction(1))


@pytest.mark.parametrize(
    ("text", "prior", "kind"),
    [
        ("0.5 (tr(S) + mu'mu - d - log det S)", STANDARD, "exact"),
        ("3 (tr(S) + mu'mu - d - log det S)", STANDARD, "scaled"),
        # To N(0, 4 I), up to a constant.
        ("0.5 (tr(S)/4 + mu'mu/4 - log det S)", STANDARD, "other-prior"),
        ("0.5 (tr(S)/4 + mu'mu/4 - log det S)", FixedPrior(Fraction(0), Fraction(4)), "scaled"),
        ("0.5 (tr(S^-1) + mu'S^-1 mu - d + log det S)", STANDARD, "reversed"),
        ("0.5 (tr(S) + mu'mu - d + log det S)", STANDARD, "wrong"),
        # Without the means it is the spread term alone.
        ("0.5 (tr(S) - d - log det S)", STANDARD, "wrong"),
        # Of two Gaussians with one mean it is the whole KL.
        ("0.5 (tr(S_p^-1 S_q) - d + log|S_p|/|S_q|)", STANDARD, "exact"),
        ("0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)", STANDARD, "exact"),
    ],
)
def test_kinds(text: str, prior: FixedPrior, kind: str) -> None:
    own = typed(program(text), PLAIN)[0]
    way = own.groups[0][0]
    verdict = judge_way(own.subject, way, prior, text)
    assert (verdict.kind, verdict.way, verdict.prior) == (kind, way, prior)
    assert (verdict.kl is None) == (kind == "wrong" and "+ log" in text and "tr(S)" in text)

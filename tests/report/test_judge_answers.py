"""What tells an answer: that of Gaussians, or that of log-probabilities, each with data, words and few words."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import answer
from klcli.judge.question import PLAIN
from klcli.report.judge_answers import telling_of


@pytest.mark.parametrize(
    ("text", "verdict", "few"),
    [
        ("-0.5 * (1 + logvar - mu**2 - exp(logvar))", "exact", "exact logvar"),
        ("torch.exp(ref_logp - logp) - (ref_logp - logp) - 1", "estimator", "estimator k3"),
    ],
)
def test_each_has_its_own(text: str, verdict: str, few: str) -> None:
    found = answer(read_program(text, "python"), PLAIN)
    telling = telling_of(found)
    assert telling.data(found, True).verdict == verdict
    assert str(telling.document(found, True, None, False).title).startswith(verdict)
    assert telling.bare(found) == few

"""The pages of verdicts: the line that each shows has that verdict."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.judge.answer import answer_to_text
from klcli.judge.spaces.log_ratios.estimators import ESTIMATOR_VERDICTS
from klcli.judge.verdict import MEANINGS
from klcli.judge.verdict_examples import VERDICT_EXAMPLES


def test_every_verdict_has_a_line() -> None:
    assert set(VERDICT_EXAMPLES) == {*MEANINGS, *ESTIMATOR_VERDICTS}


@pytest.mark.parametrize("kind", VERDICT_EXAMPLES)
def test_the_line_of_a_verdict(kind: str) -> None:
    try:
        found = answer_to_text(VERDICT_EXAMPLES[kind]).kind
    except KlcliError:
        found = "unreadable"
    assert found == kind

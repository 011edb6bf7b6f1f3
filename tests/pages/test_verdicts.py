"""The pages of verdicts: the line that each shows has that verdict."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.judge.answer import answer_to_text
from klcli.judge.verdict import KINDS
from klcli.report.markdown_pages import terms

VERDICTS = terms("verdict")


def test_every_verdict_has_a_line() -> None:
    assert list(VERDICTS) == [*KINDS, "unreadable", "estimator"]


@pytest.mark.parametrize("kind", VERDICTS)
def test_the_line_of_a_verdict(kind: str) -> None:
    try:
        found = answer_to_text(VERDICTS[kind].example).kind
    except KlcliError:
        found = "unreadable"
    assert found == kind

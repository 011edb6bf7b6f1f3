"""The pages of conditions: the line that each shows has that condition."""

from __future__ import annotations

from typing import get_args

import pytest

from klcli.judge.acceptance import PASSES
from klcli.judge.answer import answer_to_text
from klcli.judge.condition_kinds import ConditionKind
from klcli.judge.verification import Verification
from klcli.report.markdown_pages import terms

CONDITIONS = terms("condition")


def test_every_condition_has_a_page() -> None:
    assert tuple(CONDITIONS) == get_args(ConditionKind)


@pytest.mark.parametrize("kind", CONDITIONS)
def test_the_line_of_a_condition(kind: ConditionKind) -> None:
    found = answer_to_text(CONDITIONS[kind].example)
    assert isinstance(found, Verification)
    (condition,) = found.conditions
    assert condition.kind == kind
    assert condition.passes == (kind in ("clip", "definition"))


def test_what_the_page_of_small_numbers_says_of_their_limit() -> None:
    assert f"Up to {PASSES:g} it passes" in CONDITIONS["small-number"].text
    passes = answer_to_text("0.5 * torch.sum(var + mu**2 - 1 - torch.log(var + 1e-6))")
    assert [one.passes for one in passes.conditions] == [True]

"""Generated programs: klcli's verdicts, factors, constants, conditions and corrections against the oracle.

KLCLI_PROGRAMS asks for more than the default; `python -m tests.benchmarks.programs --count 20000` for many.
"""

from __future__ import annotations

import os

import pytest

from tests.judge.programs.agreement import Outcome, outcome

COUNT = int(os.environ.get("KLCLI_PROGRAMS", "200"))
CHUNK = 25


def shown(found: Outcome) -> str:
    return f"{found.program.text!r}: {'; '.join(found.problems)}"


@pytest.mark.parametrize("first", range(0, COUNT, CHUNK))
def test_programs(first: int) -> None:
    outcomes = [outcome(seed) for seed in range(first, min(first + CHUNK, COUNT))]
    assert [shown(one) for one in outcomes if one.problems and one.found != "unreadable"] == []
    # What is printed as people write it is read.
    unread = [shown(one) for one in outcomes if one.found == "unreadable" and one.expected != "no run"]
    assert unread == []

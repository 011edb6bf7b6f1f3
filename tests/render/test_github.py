"""Findings as workflow commands."""

from __future__ import annotations

import re

from hypothesis import given

from klcli.render.github import render
from klcli.report.finding_records import Findings
from tests.render.findings import NONE, SOME, findings

COMMAND = re.compile(r"::(error|warning|notice) (\w+=[^,:]*(?:,\w+=[^,:]*)*)::(.*)")


def test_commands() -> None:
    """Columns only where a place is on one line; what would end a property or a line is escaped."""
    assert (
        render(SOME)
        == """\
::warning file=src/vae.py,line=4,endLine=4,col=12,endColumn=40,title=KL201 sampler and KL disagree::the sample reads s as a log standard deviation, the KL in line 7 as a log-variance%0Athe KL: src/loss.py:7:5
::error file=a%3A b%2C 100%25.py,line=2,endLine=3,title=KL101 factor 2 lost on the log::the log term has lost its factor 2%0Ahelp: kl = -0.5 * (1 + 2 * s - exp(2 * s))
::notice file=src/vae.py,line=9,endLine=9,col=1,endColumn=4,title=KL121 sums and means mixed::a mean
::warning file=src/old.py,title=not read::src/old.py was not read: it is no Python 3: line 1: no, it is not
"""
    )
    assert render(NONE) == ""


@given(findings)
def test_nothing_breaks_out(found: Findings) -> None:
    lines = render(found).split("\n")
    assert len(lines) == len(found.alerts) + len(found.unreadable) + 1
    assert lines.pop() == ""
    assert all(COMMAND.fullmatch(line) and line.isprintable() for line in lines)

"""Findings with one line each."""

from __future__ import annotations

from hypothesis import given

from klcli.render.concise import render
from klcli.report.finding_records import Findings
from tests.render.findings import NONE, SOME, findings


def test_lines() -> None:
    assert (
        render(SOME)
        == """\
src/vae.py:4:12: KL201 [warning] the sample reads s as a log standard deviation, the KL in line 7 as a log-variance
a: b, 100%.py:2:5: KL101 [error] the log term has lost its factor 2
src/vae.py:9:1: KL121 [info] a mean
"""
    )
    assert render(NONE) == ""


@given(findings)
def test_one_line_each(found: Findings) -> None:
    lines = render(found).split("\n")
    assert len(lines) == len(found.alerts) + 1
    assert all(line.isprintable() for line in lines)

"""Findings with one line each, as editors and scripts read them."""

from __future__ import annotations

from klcli.render.character_spellings import visible
from klcli.report.finding_records import Findings, one_line


def render(findings: Findings) -> str:
    """``path:line:column: code [severity] message`` in lines; empty if nothing was found."""
    return "".join(f"{visible(one_line(alert.finding))}\n" for alert in findings.alerts)

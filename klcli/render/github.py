"""Findings as workflow commands, which GitHub Actions shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.lint.findings.places import SourceSpan
from klcli.render.character_spellings import visible
from klcli.report.finding_records import Alert, FindingData, Findings, spot

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice", "note": "notice"}
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


def render(findings: Findings) -> str:
    """A command for each finding and for each file that was not read; empty if there are none."""
    unread = (
        _command(
            "warning", {"file": row.path, "title": "not read"}, [f"{row.path} was not read: {row.reason}"]
        )
        for row in findings.unreadable
    )
    return "".join([*map(_annotation, findings.alerts), *unread])


def _annotation(alert: Alert) -> str:
    found = alert.finding
    properties: dict[str, object] = {
        "file": found.path,
        **_lines(alert.span),
        "title": f"{found.code} {alert.rule.name}",
    }
    lines = [alert.message]
    if other := found.related:
        lines.append(f"{other.label}: {spot(other)}")
    if found.fix:
        lines += [f"help: {line}" for line in found.fix.split("\n")]
    return _command(_COMMANDS[found.severity], properties, lines)


def _lines(span: FindingData | SourceSpan | None) -> dict[str, object]:
    """The lines of a file; those of a notebook are lines of its JSON, beside which GitHub shows it."""
    if span is None:
        return {}
    lines: dict[str, object] = {"line": span.line, "endLine": span.end_line}
    # GitHub refuses columns of an annotation that goes over several lines.
    columns = {"col": span.column, "endColumn": span.end_column}
    return lines | columns if span.line == span.end_line else lines


def _command(name: str, properties: Mapping[str, object], lines: list[str]) -> str:
    """``::error file=model.py,line=2::message``; the ends of its lines are escaped."""
    told = ",".join(
        f"{key}={visible(str(value)).translate(_IN_PROPERTIES)}" for key, value in properties.items()
    )
    message = "\n".join(map(visible, lines)).translate(_IN_MESSAGES)
    return f"::{name} {told}::{message}\n"

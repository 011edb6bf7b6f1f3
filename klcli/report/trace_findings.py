"""The findings of `klcli trace` as other tools read them, with their places."""

from __future__ import annotations

import linecache
import os

from klcli.report.finding_records import Alert, FindingData, RelatedData
from klcli.trace.findings import TraceFinding
from klcli.trace.recording import Place
from klcli.trace.run_summary import Watched


def shown_path(path: str) -> str:
    """A path below the current folder from there, any other as it is."""
    here = os.getcwd() + os.sep
    return path.removeprefix(here)


def alerts_of(found: Watched) -> tuple[Alert, ...]:
    """The findings with their places as spans of whole lines."""
    return tuple(_alert(one) for one in found.findings)


def _alert(one: TraceFinding) -> Alert:
    path, line, text = _line(one.place)
    related = None
    if one.related:
        other, number, words = _line(one.related)
        related = RelatedData(other, number, 1, number, len(words) + 1, "the KL")
    reading = one.term.parameterization if one.term else None
    data = FindingData(
        path,
        line,
        1,
        line,
        len(text) + 1,
        one.mistake.code,
        one.severity,
        "high" if one.severity == "error" else "medium",
        one.message,
        text.strip(),
        reading.name if reading else None,
        related,
        one.fix,
    )
    return Alert(data, one.mistake, None)


def _line(place: Place | None) -> tuple[str, int, str]:
    if place is None:
        return "<unknown>", 1, ""
    return shown_path(place.path), place.line, linecache.getline(place.path, place.line).rstrip("\n")

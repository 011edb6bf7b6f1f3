"""Findings as SARIF 2.1.0, which code scanners and editors read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from os import fsencode
from os.path import abspath
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote_from_bytes

import klcli
from klcli.judge.mistakes.mistake import Mistake
from klcli.report.finding_records import Alert, FindingData, Findings, UnreadableData

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note", "note": "note"}
_DIGITS = 32
"""Of a fingerprint, hexadecimal: 128 bits, in which no two findings meet."""
_FINGERPRINT = "klcli/v1"

JsonObject = dict[str, Any]


class _Span(Protocol):
    """What findings, related places and edits have in common."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def end_line(self) -> int: ...
    @property
    def end_column(self) -> int: ...


def render(findings: Findings) -> str:
    """The SARIF text of one run, in ASCII; paths below the current folder are relative to it."""
    rules = sorted({alert.rule.code: alert.rule for alert in findings.alerts}.items())
    codes = [code for code, _ in rules]
    marks = _fingerprints([alert.finding for alert in findings.alerts])
    run = {
        "tool": {
            "driver": {
                "name": "klcli",
                "version": klcli.__version__,
                "rules": [_rule(rule) for _, rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(map(_notification, findings.unreadable)),
            }
        ],
        "results": [
            _result(alert, codes.index(alert.rule.code), mark)
            for alert, mark in zip(findings.alerts, marks, strict=True)
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Mistake) -> JsonObject:
    wrong, right = rule.example
    parts = (rule.what, rule.why, f"wrong: {wrong}", f"right: {right}")
    return {
        "id": rule.code,
        # The words of the name, joined as SARIF has it: ``FactorMissing``.
        "name": "".join(word[0].upper() + word[1:] for word in re.findall(r"\w+", rule.name)),
        "shortDescription": {"text": rule.name},
        "fullDescription": {"text": rule.sentence},
        "help": {"text": "\n".join(parts)},
    }


def _result(alert: Alert, rule: int, fingerprint: str) -> JsonObject:
    found, other, edit = alert.finding, alert.finding.related, alert.edit
    result: JsonObject = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": _LEVELS[found.severity],
        "message": {"text": alert.message},
        "locations": [_location(found.path, alert.span)],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
        "properties": {
            "severity": found.severity,
            "confidence": found.confidence,
            "expression": found.expression,
            "parameterization": found.parameterization,
            "fix": found.fix,
            **({"cell": found.cell} if found.cell else {}),
        },
    }
    if other:
        location = _location(other.path, alert.related_span)
        result["relatedLocations"] = [{"id": 0, **location, "message": {"text": other.label}}]
    if edit:
        change = {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.text}}
        result["fixes"] = [
            {
                "description": {"text": found.fix or edit.text},
                "artifactChanges": [
                    {"artifactLocation": {"uri": _uri(edit.place.path)}, "replacements": [change]}
                ],
            }
        ]
    return result


def _notification(row: UnreadableData) -> JsonObject:
    return {
        "level": "warning",
        "message": {"text": f"{row.path} was not read: {row.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(row.path)}}}],
    }


def _location(path: str, span: _Span | None) -> JsonObject:
    """A place in a file; the whole file where nothing more is known."""
    region = {"region": _region(span)} if span else {}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, **region}}


def _region(span: _Span) -> JsonObject:
    """A span as SARIF has them: nothing before line 1 and column 1, no end before its start."""
    start = max(1, span.line), max(1, span.column)
    end = max(start, (span.end_line, max(1, span.end_column)))
    return {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}


def _uri(path: str) -> str:
    """A relative reference with forward slashes, percent-encoded; a ``file:`` one outside of this folder."""
    absolute, here = Path(abspath(path)), Path.cwd()
    if not absolute.is_relative_to(here):
        return absolute.as_uri()
    return quote_from_bytes(fsencode(absolute.relative_to(here).as_posix()))


def _fingerprints(findings: Sequence[FindingData]) -> Iterator[str]:
    """What stays the same of each finding when its lines move or are broken in another way.

    The same expression with the same code in the same file is told apart by its number.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for found in findings:
        key = (found.code, _uri(found.path), "".join(found.expression.split()))
        seen[key] += 1
        yield sha256("\0".join((*key, str(seen[key]))).encode(errors="surrogateescape")).hexdigest()[:_DIGITS]

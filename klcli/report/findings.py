"""Findings as the formats that other tools read need them: annotations, SARIF, JUnit, one line each."""

from __future__ import annotations

from dataclasses import dataclass

from klcli.judge.mistakes import Mistake
from klcli.lint.findings import Edit, Severity

__all__ = ["Alert", "FindingData", "Findings", "RelatedData", "UnreadableData", "one_line"]


@dataclass(frozen=True, slots=True)
class RelatedData:
    """Another place that a finding is about, and what stands there."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    label: str


@dataclass(frozen=True, slots=True)
class FindingData:
    """One finding; lines and columns are counted from 1, in characters, and the end is excluded."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    severity: Severity
    confidence: str
    message: str
    expression: str
    parameterization: str | None
    related: RelatedData | None
    fix: str | None


@dataclass(frozen=True, slots=True)
class UnreadableData:
    """A file that could not be read."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding, the rule that it breaks, and the change that mends it, if one is known."""

    finding: FindingData
    rule: Mistake
    edit: Edit | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, and what could not be read."""

    alerts: tuple[Alert, ...]
    unreadable: tuple[UnreadableData, ...]


def one_line(found: FindingData) -> str:
    """``model.py:2:5: KL201 [warning] the sample reads ...``."""
    place = f"{found.path}:{found.line}:{found.column}"
    return f"{place}: {found.code} [{found.severity}] {found.message}"

"""Findings as the formats that other tools read need them: annotations, SARIF, JUnit, one line each."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.places import SourceSpan, address
from klcli.lint.findings.types import Edit, Severity
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class RelatedData:
    """Another place that a finding is about, and what stands there."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    label: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class FindingData:
    """One finding; lines and columns are counted from 1, in characters, and the end is excluded.

    `cell` is the number of a cell among all those of a notebook, from 1; lines are then those of the cell.
    """

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
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class UnreadableData:
    """A file that could not be read."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding as formats need it that speak of files and not of cells.

    Attributes:
        finding: what was found.
        rule: what it breaks.
        edit: the change of the file that mends it, if one is known.
        place: of a finding in a notebook, in the JSON of its file; None where it is not known.
        related: the same of the place that it disagrees with.
    """

    finding: FindingData
    rule: Mistake
    edit: Edit | None
    place: SourceSpan | None = None
    related: SourceSpan | None = None

    @property
    def span(self) -> FindingData | SourceSpan | None:
        """Where it stands in its file."""
        return self.finding if self.finding.cell is None else self.place

    @property
    def related_span(self) -> RelatedData | SourceSpan | None:
        """Where the place stands that it disagrees with."""
        other = self.finding.related
        return other if other and other.cell is None else self.related

    @property
    def message(self) -> str:
        """What is wrong; in a notebook, in which cell."""
        found = self.finding
        return f"cell {found.cell}, line {found.line}: {found.message}" if found.cell else found.message


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, and what could not be read."""

    alerts: tuple[Alert, ...]
    unreadable: tuple[UnreadableData, ...]


def one_line(found: FindingData) -> str:
    """``model.py:2:5: KL201 [warning] the sample reads ...``."""
    return f"{spot(found)}: {found.code} [{found.severity}] {found.message}"


def spot(found: FindingData | RelatedData) -> str:
    """``model.py:2:5``, ``model.ipynb:cell 3:2:5``."""
    return address(found.path, found.cell, found.line, found.column)

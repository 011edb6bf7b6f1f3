"""The data of `klcli lint`: what was found, without the words of a document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from klcli.lint.findings import Finding, Prior, Related, Term
from klcli.report.findings import Alert, FindingData, RelatedData, UnreadableData

__all__ = ["COLUMNS", "LintData", "TermData", "alert", "finding_row", "term_data"]

COLUMNS = tuple(field.name for field in fields(FindingData))
"""The keys of a finding's record, in order."""


@dataclass(frozen=True, slots=True)
class TermData:
    """One term that was recognised."""

    path: str
    line: int
    end_line: int
    kind: str
    parameterization: str | None
    verdict: str
    scale: str | None
    shift: str | None
    prior: Prior | None
    reduction: str | None


@dataclass(frozen=True, slots=True)
class LintData:
    """The data of `klcli lint`; the field names are the keys of its JSON."""

    schema: str
    findings: tuple[FindingData, ...]
    terms: tuple[TermData, ...]
    files: int
    unreadable: tuple[UnreadableData, ...]
    warnings: tuple[str, ...]


def alert(found: Finding) -> Alert:
    """A finding as data, with its rule."""
    place = found.place
    data = FindingData(
        place.path,
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        found.mistake.code,
        found.severity,
        found.confidence,
        found.message,
        found.expression,
        found.parameterization,
        _related(found.related) if found.related else None,
        found.fix,
    )
    return Alert(data, found.mistake, found.edit)


def term_data(found: Term) -> TermData:
    """A term as data."""
    return TermData(
        found.place.path,
        found.place.line,
        found.place.end_line,
        found.kind,
        found.parameterization,
        found.verdict,
        found.scale,
        found.shift,
        found.prior,
        found.reduction,
    )


def finding_row(found: FindingData) -> dict[str, object]:
    """A finding as a record, for CSV; the related place is ``path:line:column``."""
    other = found.related
    return asdict(found) | {"related": other and f"{other.path}:{other.line}:{other.column}"}


def _related(other: Related) -> RelatedData:
    place = other.place
    return RelatedData(place.path, place.line, place.column, place.end_line, place.end_column, other.label)

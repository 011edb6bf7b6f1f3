"""The data of `klcli lint`: what was found, without the words of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields

from klcli.lint.findings.types import Edit, Finding, ListedTerm, Related, SourceSpan
from klcli.lint.reading.raw_places import RawPlaces
from klcli.report.findings import Alert, FindingData, RelatedData, UnreadableData, spot
from klcli.report.verify_data import (
    ConditionData,
    EstimatorData,
    MistakeData,
    PriorData,
    SamplerData,
    mistake_data,
)
from klcli.report.verify_estimators import direction, estimator_data
from klcli.values import dataclass

__all__ = ["COLUMNS", "LintData", "TermData", "alert", "finding_row", "term_data"]

COLUMNS = tuple(field.name for field in fields(FindingData))
"""The keys of a finding's record, in order."""


@dataclass(frozen=True, slots=True)
class TermData:
    """One term that was recognised: where it stands, and what `klcli verify` says of it, in its words.

    `scale` and `parameterization` of a sample are those of `sampler`.
    """

    path: str
    line: int
    end_line: int
    cell: int | None
    kind: str
    input: str
    verdict: str
    parameterization: str | None
    prior_parameterization: str | None
    scale: str | None
    shift: str | None
    prior: PriorData | None
    direction: str | None
    unit: str
    reduction: str | None
    symbols: Mapping[str, str]
    mistake: MistakeData | None
    proof: str | None
    conditions: tuple[ConditionData, ...]
    shapes: str | None
    sampler: SamplerData | None
    estimator: EstimatorData | None


@dataclass(frozen=True, slots=True)
class LintData:
    """The data of `klcli lint`; the field names are the keys of its JSON."""

    schema: str
    findings: tuple[FindingData, ...]
    terms: tuple[TermData, ...]
    files: int
    unreadable: tuple[UnreadableData, ...]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        codes = " ".join(found.code for found in self.findings)
        return f"{type(self).__name__}(findings={codes!r}, terms={len(self.terms)}, files={self.files})"


def alert(found: Finding, notebooks: Mapping[str, RawPlaces]) -> Alert:
    """A finding as data, with its rule.

    Args:
        found: the finding.
        notebooks: the files of notebooks by path, as far as they are known.
    """
    place, related = found.place, found.related
    line, end_line = place.lines
    data = FindingData(
        place.path,
        line,
        place.column,
        end_line,
        place.end_column,
        found.mistake.code,
        found.severity,
        found.confidence,
        found.message,
        found.expression,
        found.parameterization,
        _related(related) if related else None,
        found.fix,
        place.cell_number,
    )
    return Alert(
        data,
        found.mistake,
        found.edit and _edit(found.edit, notebooks),
        _in_file(place, notebooks),
        _in_file(related.place, notebooks) if related else None,
    )


def term_data(found: ListedTerm) -> TermData:
    """A term as data, in the shape of `klcli.report.verify_data.VerifyData`."""
    mistake = mistake_data(found.mistake)
    sampler = None
    if found.noise is not None:
        status = "disagrees" if mistake else "unknown"
        sampler = SamplerData(status, found.parameterization, found.noise, found.scale, mistake)
    return TermData(
        found.place.path,
        *found.place.lines,
        cell=found.place.cell_number,
        kind=found.kind,
        input=found.expression,
        verdict=found.verdict,
        parameterization=found.parameterization,
        prior_parameterization=found.prior_parameterization,
        scale=found.scale,
        shift=found.shift,
        prior=PriorData(found.prior.mean, found.prior.variance) if found.prior else None,
        direction=_direction(found),
        unit="nats",
        reduction=found.reduction,
        symbols=dict(found.symbols),
        mistake=mistake,
        proof=found.proof,
        conditions=tuple(ConditionData(one.kind, one.text, one.passes) for one in found.conditions),
        shapes=found.shapes,
        sampler=sampler,
        estimator=estimator_data(found.estimation) if found.estimation else None,
    )


def _direction(found: ListedTerm) -> str | None:
    """Which way round a KL is, or is estimated; None where it is none."""
    if found.estimation:
        return direction(found.estimation)
    if found.kind != "kl" or found.scale is None:
        return None
    return "reversed" if found.verdict == "reversed" else "forward"


def finding_row(found: FindingData) -> dict[str, object]:
    """A finding as a record, for CSV; the related place is ``path:line:column``."""
    return asdict(found) | {"related": found.related and spot(found.related)}


def _related(other: Related) -> RelatedData:
    place = other.place
    line, end_line = place.lines
    return RelatedData(
        place.path, line, place.column, end_line, place.end_column, other.label, place.cell_number
    )


def _in_file(place: SourceSpan, notebooks: Mapping[str, RawPlaces]) -> SourceSpan | None:
    """Where a place in a notebook stands in its file."""
    known = notebooks.get(place.path)
    return known.place(place) if known else None


def _edit(edit: Edit, notebooks: Mapping[str, RawPlaces]) -> Edit | None:
    """An edit of a file; None for a notebook whose file is not known."""
    if edit.place.cell is None:
        return edit
    known = notebooks.get(edit.place.path)
    return known.edit(edit) if known else None

"""The data of `klcli lint`: what was found, without the words of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit, Finding
from klcli.report.csv_records import CellValue, fields_of
from klcli.report.finding_records import Alert, FindingData, RelatedData, UnreadableData, spot
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.lint.findings.raw_places import RawPlaces
    from klcli.report.lint_term_data import ListedTermData

COLUMNS: tuple[str, ...] = FindingData.__match_args__
"""The keys of a finding's record, in order."""


@dataclass(frozen=True, slots=True)
class LintData:
    """The data of `klcli lint`; the field names are the keys of its JSON."""

    schema: str
    findings: tuple[FindingData, ...]
    terms: tuple[ListedTermData, ...]
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
    data = FindingData(
        **_span(place),
        **fields_of(found, "code=mistake.code severity confidence message expression parameterization fix"),
        related=RelatedData(**_span(related.place), label=related.label) if related else None,
    )
    return Alert(
        data,
        found.mistake,
        found.edit and _edit(found.edit, notebooks),
        _in_file(place, notebooks),
        _in_file(related.place, notebooks) if related else None,
    )


def finding_row(found: FindingData) -> dict[str, CellValue]:
    """A finding as a record, for CSV; the related place is ``path:line:column``."""
    return fields_of(found, " ".join(COLUMNS)) | {"related": spot(found.related) if found.related else None}


def _span(place: SourceSpan) -> dict[str, Any]:
    """The fields of a place, whose lines are those of its cell in a notebook."""
    line, end_line = place.lines
    fields = fields_of(place, "path column end_column cell=cell_number")
    return {**fields, "line": line, "end_line": end_line}


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

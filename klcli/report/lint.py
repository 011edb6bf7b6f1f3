"""What `klcli lint` says: findings where they stand, and the terms that were recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.lint.findings.places import SourceSpan, address
from klcli.lint.findings.types import Finding, Linted, ListedTerm, Severity
from klcli.report.document import (
    Document,
    DocumentBlock,
    Excerpt,
    Heading,
    Note,
    Paragraph,
    Plot,
    SourceExcerpts,
)
from klcli.report.finding_records import Findings, UnreadableData, one_line
from klcli.report.lint_data import COLUMNS, LintData, alert, finding_row
from klcli.report.report import Report

if TYPE_CHECKING:
    from klcli.lint.findings.raw_places import RawPlaces
    from klcli.report.lint_term_data import ListedTermData

_FAILING: tuple[Severity, ...] = ("error", "warning")
_SEVERITIES: tuple[Severity, ...] = (*_FAILING, "info", "note")
_NONE: Mapping[str, RawPlaces] = MappingProxyType({})

Reported = TypeVar("Reported", Finding, ListedTerm)


def lint_report(
    results: Sequence[Linted],
    *,
    show_terms: bool,
    notes: bool = False,
    notebooks: Mapping[str, RawPlaces] = _NONE,
) -> Report:
    """The report of all files.

    Args:
        results: of each file; what two of them found alike counts once.
        show_terms: whether to show the terms that were recognised.
        notes: whether to keep the findings that are notes.
        notebooks: the files of notebooks by path, for formats that speak of their lines and not of cells.
    """
    findings = [
        found
        for found in _sorted(found for result in results for found in result.findings)
        if notes or found.severity != "note"
    ]
    terms = _sorted(term for result in results for term in result.terms)
    unread = tuple(UnreadableData(one.path, one.unreadable) for one in results if one.unreadable)
    alerts = tuple(alert(found, notebooks) for found in findings)
    data = LintData(
        "klcli.lint/2",
        tuple(each.finding for each in alerts),
        _term_data(terms),
        sum(result.is_file for result in results),
        unread,
        (),
    )
    return Report(
        data=data,
        rows=[finding_row(row) for row in data.findings],
        columns=COLUMNS,
        document=Document("", tuple(_blocks(findings, terms if show_terms else [], data))),
        bare="\n".join(map(one_line, data.findings)),
        holds=not any(found.severity in _FAILING for found in findings),
        readable=_is_complete(results),
        broken=any(result.is_bug for result in results),
        findings=Findings(alerts, unread),
        pictures=lambda: list(_pictures(findings)),
        is_pictured=False,
    )


def _term_data(terms: Sequence[ListedTerm]) -> tuple[ListedTermData, ...]:
    """The terms as data; what speaks of verdicts is not loaded where there are none."""
    if not terms:
        return ()
    from klcli.report.lint_term_data import term_data

    return tuple(map(term_data, terms))


def _pictures(findings: Sequence[Finding]) -> Iterator[Plot]:
    """What a KL charges for the samples that read its head otherwise: each pair of readings once."""
    from klcli.report.charged_picture import of_readings

    told: set[tuple[str, str]] = set()
    for found in findings:
        readings = (str(found.parameterization), str(found.related and found.related.parameterization))
        if readings in told or not all(name in PARAMETERIZATIONS for name in readings):
            continue
        told.add(readings)
        where = address(found.place.path, found.place.cell_number, found.place.lines[0])
        sampled, charged = (PARAMETERIZATIONS[name] for name in readings)
        yield of_readings(sampled, charged, where)


def _sorted(found: Iterable[Reported]) -> list[Reported]:
    """In the order of their places, each once."""
    return sorted(dict.fromkeys(found), key=lambda one: (one.place.path, one.place.line, one.place.column))


def _is_complete(results: Sequence[Linted]) -> bool:
    """Whether there was something to check, and all of it was; what is in other languages does not count."""
    ours = [result for result in results if not result.is_foreign]
    return bool(ours) and not any(result.unreadable for result in ours)


def _blocks(
    findings: Sequence[Finding], terms: Sequence[ListedTerm], data: LintData
) -> Iterator[DocumentBlock]:
    for found in findings:
        yield from _told(found)
    if terms:
        from klcli.report.lint_terms import term_facts

        yield Heading("terms")
        yield term_facts(terms)
    yield Paragraph(
        _summary(data), "bad" if any(found.severity in _FAILING for found in findings) else "plain"
    )


def _told(found: Finding) -> Iterator[DocumentBlock]:
    """What is wrong, where, what it disagrees with, and what to do."""
    code, related = found.mistake.code, found.related
    excerpts = [_excerpt(found.place, found.lines)]
    if related:
        excerpts.append(_excerpt(related.place, related.lines, related.label))
    yield Heading(f"{code} {found.mistake.name}")
    yield Note(found.severity, found.message)
    yield SourceExcerpts(
        found.severity, tuple(excerpts), tuple(filter(None, (found.fix, f"klcli explain {code}")))
    )


def _excerpt(place: SourceSpan, lines: tuple[str, ...], label: str = "") -> Excerpt:
    path = address(place.path, place.cell_number)
    line, end_line = place.lines
    return Excerpt(path, line, place.column, end_line, place.end_column, lines, label)


def _summary(data: LintData) -> str:
    """``2 findings (1 error, 1 warning) in 14 files; 5 KL terms and 3 samples recognised``."""
    counts = Counter(row.severity for row in data.findings)
    kinds = Counter(row.kind for row in data.terms if row.error is None)
    missed = len(data.terms) - kinds.total()
    each = ", ".join(_counted(counts[name], name) for name in _SEVERITIES if counts[name])
    found = f"{_counted(len(data.findings), 'finding')}{f' ({each})' if each else ''}"
    estimators = f", {_counted(kinds['estimator'], 'estimator')}" if kinds["estimator"] else ""
    kls = f"{_counted(kinds['kl'], 'KL term')}{estimators}"
    recognised = f"{kls} and {_counted(kinds['sampler'], 'sample')} recognised"
    unread = f", {len(data.unreadable):,} not read in full" if data.unreadable else ""
    of_terms = f", {_counted(missed, 'term')} not read" if missed else ""
    return f"{found} in {_counted(data.files, 'file')}{unread}; {recognised}{of_terms}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1 and noun != 'info')}"

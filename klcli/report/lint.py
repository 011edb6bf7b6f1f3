"""What `klcli lint` says: findings with their source lines, and the terms that were recognised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from klcli.lint.findings import Finding, Linted, Place, Term
from klcli.report.document import Block, Document, Heading, Item, Note, Paragraph
from klcli.report.report import Report

__all__ = ["LintData", "lint_report"]


@dataclass(frozen=True, slots=True)
class FindingData:
    """One finding; lines and columns are counted from 1."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    severity: str
    confidence: str
    message: str
    expression: str
    parameterization: str | None
    related: Place | None
    fix: str | None


@dataclass(frozen=True, slots=True)
class TermData:
    """One term that was recognised."""

    path: str
    line: int
    end_line: int
    kind: str
    parameterization: str | None
    verdict: str


@dataclass(frozen=True, slots=True)
class UnreadableData:
    """A file that could not be read."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class LintData:
    """The data of `klcli lint`; the field names are the keys of its JSON."""

    schema: str
    findings: tuple[FindingData, ...]
    terms: tuple[TermData, ...]
    files: int
    unreadable: tuple[UnreadableData, ...]
    warnings: tuple[str, ...]


def lint_report(results: Sequence[Linted], *, show_terms: bool) -> Report:
    """The report of all files.

    Args:
        results: of each file.
        show_terms: whether to show the terms that were recognised and found right.
    """
    findings = [finding for result in results for finding in result.findings]
    terms = [term for result in results for term in result.terms]
    unreadable = tuple(
        UnreadableData(result.path, result.unreadable) for result in results if result.unreadable
    )
    data = LintData(
        "klcli.lint/1",
        tuple(map(_finding, findings)),
        tuple(map(_term, terms)),
        len(results),
        unreadable,
        (),
    )
    bare = "\n".join(f"{row.path}:{row.line}:{row.column}: {row.code} {row.message}" for row in data.findings)
    return Report(
        data=data,
        rows=[_row(row) for row in data.findings],
        document=Document(_title(data), tuple(_blocks(findings, terms if show_terms else [], data))),
        bare=bare,
        holds=not findings,
        readable=len(unreadable) < len(results),
    )


def _finding(found: Finding) -> FindingData:
    place = found.place
    return FindingData(
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
        found.related.place if found.related else None,
        found.fix,
    )


def _term(found: Term) -> TermData:
    place = found.place
    return TermData(place.path, place.line, place.end_line, found.kind, found.parameterization, found.verdict)


def _row(found: FindingData) -> dict[str, object]:
    return {
        "path": found.path,
        "line": found.line,
        "column": found.column,
        "code": found.code,
        "severity": found.severity,
        "confidence": found.confidence,
        "message": found.message,
        "fix": found.fix,
    }


def _title(data: LintData) -> str:
    terms = sum(term.kind == "kl" for term in data.terms)
    samples = len(data.terms) - terms
    return (
        f"{_counted(len(data.findings), 'finding')} in {_counted(data.files, 'file')}: "
        f"{_counted(terms, 'KL term')} and {_counted(samples, 'sample')} recognised"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _blocks(findings: Sequence[Finding], terms: Sequence[Term], data: LintData) -> Iterator[Block]:
    for found in findings:
        place = found.place
        lines = [Paragraph(f"{found.mistake.code} {found.message}", "bad"), *_source(found.expression)]
        if found.related:
            lines.append(
                Paragraph(
                    f"{found.related.label}: {found.related.place.path}:{found.related.place.line}", "muted"
                )
            )
        if found.fix:
            lines += [Paragraph(f"fix: {line}", "good") for line in found.fix.split("\n")]
        lines.append(Paragraph(f"klcli explain {found.mistake.code}", "muted"))
        yield Item(f"{place.path}:{place.line}:{place.column}", tuple(lines))
    if terms:
        yield Heading("terms")
    for term in terms:
        place = term.place
        what = f"{term.kind}: {term.verdict}, for a head that is {term.parameterization}"
        yield Item(f"{place.path}:{place.line}", (Paragraph(what), *_source(term.expression)))
    for row in data.unreadable:
        yield Note("warning", f"{row.path} was not read: {row.reason}")


def _source(expression: str) -> Iterator[Paragraph]:
    for line in expression.split("\n"):
        yield Paragraph(f"  {line}", "muted")

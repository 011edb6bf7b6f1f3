"""What `klcli trace` says: the anatomy of each loss, its beta, what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from klcli.formula.numeral import significant
from klcli.report.document import (
    Cell,
    Document,
    DocumentBlock,
    Heading,
    Item,
    Note,
    Paragraph,
    Text,
    Tone,
    table_of,
)
from klcli.report.finding_records import Findings, one_line
from klcli.report.report import Report
from klcli.report.trace_data import data_of, rows_of
from klcli.report.trace_findings import alerts_of, shown_path
from klcli.trace.anatomy import Anatomy
from klcli.trace.findings import TraceFinding
from klcli.trace.recording import Place
from klcli.trace.run_summary import Watched
from klcli.trace.terms import Term

_TITLES = ("term", "where", "what")
_NUMBERS = ("weight", "value", "share")
_ALIKE = 3
"""Terms that are alike from which on they share a row."""


def trace_report(found: Watched, *, when: str = "", accepted: Collection[str] = ()) -> Report:
    """The report of a run.

    Args:
        found: what was seen of it.
        when: words on when the loss was seen, such as ``at the first backward pass``.
        accepted: the words of `klcli.judge.acceptance` that pass besides `exact`.
    """
    alerts = alerts_of(found)
    findings = tuple(alert.finding for alert in alerts)
    data = data_of(found, findings)
    return Report(
        data=data,
        rows=list(rows_of(data["terms"])),
        document=Document("", tuple(_blocks(found, when, accepted))),
        bare="\n".join(map(one_line, findings)),
        holds=found.holds(accepted),
        readable=found.is_checked,
        findings=Findings(alerts, ()),
    )


def _blocks(found: Watched, when: str, accepted: Collection[str]) -> Iterator[DocumentBlock]:
    for one in found.losses:
        yield Heading(_title(one, when))
        yield table_of((*_TITLES, *_NUMBERS), _rows(one), numeric=_NUMBERS)
        yield from _remarks(one, {finding.message for finding in found.findings})
    for finding in found.findings:
        yield Note(finding.severity, _finding_text(finding))
        if finding.fix:
            yield Item("fix", (Paragraph(finding.fix, "good"),))
    for term, word in found.unaccepted(accepted):
        yield Note("warning", f"{term.name} passes only with --accept {word}")
    for term in found.objectives:
        yield Note("warning", f"{term.name} is no KL, and no word of --accept passes it")
    yield from _precision(found)
    if text := _changes(found):
        yield Paragraph(text)
    yield from (Note("info", text) for text in dict.fromkeys(found.warnings))


def _finding_text(one: TraceFinding) -> str:
    text = f"{one.mistake.code} {_where(one.place)} {one.message}"
    return f"{text} ({_where(one.related)})" if one.related else text


def _title(one: Anatomy, when: str) -> str:
    value = "loss" if one.loss.value is None else f"loss = {significant(one.loss.value)}"
    place = f"({_where(one.loss.place)})" if one.loss.place else ""
    return " ".join(filter(None, (value, when, place)))


def _where(place: Place | None) -> str:
    return f"{shown_path(place.path)}:{place.line}" if place else ""


def _rows(one: Anatomy) -> Iterator[tuple[Text | Cell, ...]]:
    groups: dict[object, list[Term]] = {}
    for term in one.terms:
        weight = None if term.weight is None else significant(term.weight)
        groups.setdefault((term.kind, term.place, weight, term.verdict), []).append(term)
    for terms in groups.values():
        if len(terms) >= _ALIKE:
            yield _row(one, terms, f"{terms[0].what}, and {len(terms) - 1} like it")
        else:
            yield from (_row(one, [term], term.what) for term in terms)


def _row(one: Anatomy, terms: Sequence[Term], what: str) -> tuple[Text | Cell, ...]:
    first = terms[0]
    known = [term.contribution for term in terms if term.contribution is not None]
    values = [term.value for term in terms if term.value is not None]
    # In percent of the loss.
    share = f"{100 * sum(known) / one.loss.value:.3g} %" if known and one.loss.value else ""
    words = {"wrong": f"wrong: {what}", "scaled": f"{what} (scaled)", "reversed": f"reversed: {what}"}
    tone: Tone = "bad" if first.verdict == "wrong" else "good" if first.verdict == "exact" else "plain"
    return (
        first.name,
        _where(first.place),
        Cell(words.get(first.verdict, what), tone),
        "" if first.weight is None else significant(first.weight),
        significant(sum(values)) if values else "",
        share,
    )


def _remarks(one: Anatomy, found: Collection[str]) -> Iterator[DocumentBlock]:
    if one.weighing and one.likelihood and one.likelihood.part.likelihood:
        beta = significant(float(one.weighing.beta))
        scale = one.weighing.scale_of_one
        text = f"beta {beta}"
        if scale is not None:
            kind = "sigma" if one.likelihood.part.likelihood.name == "mse" else "scale"
            text += f" at decoder {kind} 1; beta 1 at decoder {kind} {significant(scale)}"
        if one.sigmas:
            low, high = map(significant, one.sigmas)
            text += f" at the decoder's own sigma, {low if low == high else f'{low} to {high}'} at this step"
        yield Paragraph(text, "strong")
    said: dict[str, None] = {}
    for term in one.terms:
        for condition in term.conditions:
            if condition.text not in found:
                said[f"{term.name}: {condition.text}"] = None
    unproved = dict.fromkeys(term.name for term in one.terms if term.proof == "points")
    if unproved:
        said[
            f"{', '.join(unproved)}: no difference found at the points that were tried; it is not proved"
        ] = None
    if said:
        yield Item("with", tuple(Paragraph(text, "muted") for text in said))


def _precision(found: Watched) -> Iterator[DocumentBlock]:
    """What a function does in short precisions, one item each, and what does not."""
    stable: dict[str, None] = {}
    for one in found.precisions:
        lines = (
            [] if one.error is None else [f"relative error up to {significant(one.error, 2)} near the prior"]
        )
        lines += one.problems
        if one.name:  # of a program only what goes wrong
            lines = [f"{one.name}: {text}" for text in lines if one.problems or one.stable]
        if lines:
            yield Item(
                one.dtype, tuple(Paragraph(text, "bad" if one.problems else "muted") for text in lines)
            )
        if one.stable:
            stable[one.stable] = None
    yield from (Item("stable", (Paragraph(text, "good"),)) for text in stable)


def _changes(found: Watched) -> str:
    """The weights that change from one backward pass to the next."""
    texts = []
    for number, one in enumerate(found.losses):
        passes = [weights for loss, weights in found.steps if loss == number]
        for place, term in enumerate(one.terms):
            own = [weights[place] for weights in passes if place < len(weights)]
            shown = ["?" if weight is None else significant(weight) for weight in own]
            if len(set(shown)) > 1:
                texts.append(f"the weight of {term.name} changes: {', '.join(shown)}")
    return "; ".join(texts)

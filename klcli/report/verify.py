"""What `klcli verify` says: which KL a formula is, what is wrong with it, how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.spaces import space
from klcli.judge.verification import Verification
from klcli.report.csv_records import ResultRow, own_fields
from klcli.report.document import Cell, CellTable, Document, Paragraph, Plot, Tone, table_of
from klcli.report.judge_answers import telling_of
from klcli.report.report import Report
from klcli.report.verify_data import SCHEMA, VerifyData, row_of
from klcli.values import dataclass, replace

_TONES: Mapping[str, Tone] = {
    "exact": "good",
    "scaled": "strong",
    "estimator": "strong",
    "wrong": "bad",
    "not-kl": "bad",
}

_DISAGREEMENT = {
    True: "sympy shows what is not proved here; it also cancels divisors that may be zero",
    False: "sympy does not show, within its time, what is proved here",
}
"""Warnings, by whether sympy shows the identity."""


@dataclass(frozen=True, slots=True)
class VerifiedLine:
    """What came of one formula of a file: a verification with its proof, or an error.

    Attributes:
        line: its number in the file.
        text: the formula.
        verification: None where the formula could not be read.
        proved: whether the verdict was proved by algebra; None where that was not tried.
        witness: whether sympy shows it, too; None where it was not asked.
        error: why the formula could not be read.
    """

    line: int
    text: str
    verification: space.Answer | None
    proved: bool | None = None
    witness: bool | None = None
    error: KlcliError | None = None


def verify_report(
    found: space.Answer,
    *,
    proved: bool | None,
    witness: bool | None = None,
    accepted: Collection[str] = (),
    verbose: bool = False,
) -> Report:
    """The report on one formula.

    Args:
        found: what it is.
        proved: whether that was proved by algebra; None where it was not tried.
        witness: whether sympy shows it, too; None where it was not asked.
        accepted: the words of `klcli.judge.acceptance` that pass besides `exact`.
        verbose: whether the text says all that is known of floating point.
    """
    if witness is not None and witness != bool(proved):
        found = replace(found, warnings=(*found.warnings, _DISAGREEMENT[witness]))
    telling = telling_of(found)
    data, holds = telling.data(found, proved), found.holds(accepted)
    document = telling.document(found, proved, witness, verbose)
    return Report(
        data=data,
        rows=[row_of(data)],
        document=replace(document, tone="good" if holds else "bad"),
        bare=telling.bare(found),
        holds=holds,
        pictures=lambda: pictures_of(found),
        is_pictured=not holds,
    )


def pictures_of(found: space.Answer) -> list[Plot]:
    """What a formula charges beside the KL; or what it does for a sample that reads its head otherwise."""
    if not isinstance(found, Verification):
        return []
    from klcli.report.charged_picture import of_readings, of_verification

    drawn = found.sampling
    if drawn and drawn.mistake and drawn.parameterization in PARAMETERIZATIONS:
        charged = found.best.verdict.parameterization
        return [of_readings(PARAMETERIZATIONS[drawn.parameterization], charged)]
    plot = of_verification(found)
    return [plot] if plot else []


def verify_many_report(answers: Sequence[VerifiedLine], *, accepted: Collection[str] = ()) -> Report:
    """The report on the formulas of a file: one result each, and a summary."""
    reports = [_report(answer, accepted) for answer in answers]
    results: list[object] = []
    rows: list[ResultRow] = []
    counts: Counter[str] = Counter()
    for answer, report in zip(answers, reports, strict=True):
        if report:
            data = report.data
            assert isinstance(data, VerifyData)
            results.append({"line": answer.line, **own_fields(data)})
            rows.append({"line": answer.line, **row_of(data)})
            counts[data.verdict] += 1
        else:
            message = answer.error.message if answer.error else ""
            unread = {"input": answer.text, "verdict": "unreadable", "error": message.split("\n")[0]}
            results.append({"line": answer.line, "schema": SCHEMA, **unread})
            rows.append({"line": answer.line, **unread})
            counts["unreadable"] += 1
    held = [report is not None and report.holds for report in reports]
    summary = {"formulas": len(answers), "holds": sum(held), **counts}
    words = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    tone: Tone = "good" if all(held) else "bad"
    return Report(
        data={"schema": SCHEMA, "results": results, "summary": summary, "warnings": ()},
        rows=rows,
        document=Document(
            f"{len(answers)} formula{'s' * (len(answers) != 1)}: {words}",
            (_table(answers, reports), Paragraph(f"{sum(held)} of {len(answers)} hold", tone)),
        ),
        bare="\n".join(report.bare if report else "unreadable" for report in reports),
        holds=all(report is None or report.holds for report in reports),
        readable=all(reports),
    )


def _report(answer: VerifiedLine, accepted: Collection[str]) -> Report | None:
    """The report on one formula of a file; None for one that could not be read."""
    found = answer.verification
    if found is None:
        return None
    return verify_report(found, proved=answer.proved, witness=answer.witness, accepted=accepted)


def _table(answers: Sequence[VerifiedLine], reports: Sequence[Report | None]) -> CellTable:
    rows = []
    for answer, report in zip(answers, reports, strict=True):
        kind, corrected = "unreadable", None
        text = answer.error.message.split("\n")[0] if answer.error else ""
        if report:
            data = report.data
            assert isinstance(data, VerifyData)
            kind, corrected = data.verdict, data.corrected
            text = str(report.document.title).partition(": ")[2]
            text += f"; corrected: {corrected}" if corrected and "\n" not in corrected else ""
        rows.append((str(answer.line), Cell(kind, _TONES.get(kind, "bad")), answer.text, text))
    return table_of(("line", "verdict", "formula", "what it is"), rows, numeric=("line",))

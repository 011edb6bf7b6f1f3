"""What `klcli compute --rows` says: one divergence a row, in closed form, and the rows that are none."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm, Unit
from klcli.gaussian.heads import Heads
from klcli.report.csv_records import fields_of
from klcli.report.divergence_limits import Held
from klcli.report.document import Cell, CellTable, Document, Paragraph, Text, table_of
from klcli.report.gaussian_wording import normal_text
from klcli.report.report import Report
from klcli.values import dataclass

_NUMBERS = "line name value=found.value spread=found.spread shift=found.shift"


@dataclass(frozen=True, slots=True)
class RowComputed:
    """One row of a file.

    Attributes:
        line: where it begins, from 1.
        name: what the file calls it; empty where it does not.
        q: the posterior; None where the row is none.
        p: the prior.
        found: the divergence in the unit of the report.
        held: it against the limits; None where there are none.
        problem: why the row is none; empty where it is one.
    """

    line: int
    name: str
    q: Gaussian[Heads] | None = None
    p: Gaussian[Heads] | None = None
    found: ClosedForm | None = None
    held: Held | None = None
    problem: str = ""


def table_report(rows: Sequence[RowComputed], unit: Unit) -> Report:
    """The report of all rows of a file, in their order."""
    unread = sum(bool(row.problem) for row in rows)
    failed = sum(row.held is not None and not row.held.holds for row in rows)
    summary = {"rows": len(rows), "computed": len(rows) - unread, "failed": failed, "unreadable": unread}
    counted = f"{len(rows) - unread:,} of {len(rows):,} rows computed"
    if any(row.held for row in rows):
        counted += f", {failed:,} beyond a limit"
    return Report(
        data={
            "schema": "klcli.compute-rows/1",
            "unit": unit,
            "rows": [fields_of(row, f"{_NUMBERS} limits=held") | _error(row) for row in rows],
            "summary": summary,
            "warnings": (),
        },
        rows=[
            {**fields_of(row, f"{_NUMBERS} holds=held.holds"), "unit": unit, **_error(row)} for row in rows
        ],
        columns=("line", "name", "unit", "value", "spread", "shift", "holds", "error"),
        document=Document(
            f"KL(q || p) in {unit}, in closed form",
            (_table(rows, unit), Paragraph(counted, "bad" if failed or unread else "good")),
        ),
        bare="\n".join(repr(row.found.value) if row.found else "error" for row in rows),
        holds=not failed,
        readable=not unread,
    )


def _error(row: RowComputed) -> dict[str, str | None]:
    return {"error": row.problem or None}


def _table(rows: Sequence[RowComputed], unit: Unit) -> CellTable:
    named = any(row.name for row in rows)
    held = any(row.held for row in rows)
    titles = ["line", *["name"] * named, "q", "p", unit, *["limits"] * held]
    return table_of(titles, (_cells(row, named=named, held=held) for row in rows), numeric=("line", unit))


def _cells(row: RowComputed, *, named: bool, held: bool) -> list[Text | Cell]:
    begin = [str(row.line), *[row.name] * named]
    if not (row.q and row.p and row.found):
        return [*begin, Cell(row.problem, "bad"), "", Cell("error", "bad"), *[""] * held]
    limits = Cell("holds", "good") if row.held and row.held.holds else Cell("fails", "bad")
    value = significant(row.found.value)
    return [*begin, normal_text(row.q), normal_text(row.p), value, *[limits if row.held else ""] * held]

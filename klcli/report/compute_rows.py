"""What `klcli compute --rows` says: one divergence a row, in closed form, and the rows that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm, Unit
from klcli.gaussian.heads import Heads
from klcli.report.csv_records import CellValue, fields_of
from klcli.report.document import Cell, CellTable, Document, Paragraph, Text, table_of
from klcli.report.limits import Held
from klcli.report.report import Report
from klcli.report.wording import normal_text
from klcli.values import dataclass


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


@dataclass(frozen=True, slots=True)
class TableData:
    """The data of `klcli compute --rows`; the field names are the keys of its JSON."""

    schema: str
    unit: Unit
    rows: Sequence[Mapping[str, object]]
    summary: Mapping[str, int]
    warnings: tuple[str, ...]


def table_report(rows: Sequence[RowComputed], unit: Unit) -> Report:
    """The report of all rows of a file, in their order."""
    unread = sum(bool(row.problem) for row in rows)
    failed = sum(row.held is not None and not row.held.holds for row in rows)
    summary = {"rows": len(rows), "computed": len(rows) - unread, "failed": failed, "unreadable": unread}
    counted = f"{len(rows) - unread:,} of {len(rows):,} rows computed"
    if any(row.held for row in rows):
        counted += f", {failed:,} beyond a limit"
    return Report(
        data=TableData("klcli.compute-rows/1", unit, list(map(_data, rows)), summary, ()),
        rows=tuple(_record(row, unit) for row in rows),
        columns=("line", "name", "unit", "value", "spread", "shift", "holds", "error"),
        document=Document(
            f"KL(q || p) in {unit}, in closed form",
            (_table(rows, unit), Paragraph(counted, "bad" if failed or unread else "good")),
        ),
        bare="\n".join(repr(row.found.value) if row.found else "error" for row in rows),
        holds=not failed,
        readable=not unread,
    )


def _data(row: RowComputed) -> dict[str, object]:
    return {
        **fields_of(row, "line name"),
        **_numbers(row),
        "limits": row.held,
        "error": row.problem or None,
    }


def _record(row: RowComputed, unit: Unit) -> dict[str, CellValue]:
    return {
        **fields_of(row, "line name"),
        "unit": unit,
        **_numbers(row),
        "holds": row.held.holds if row.held else None,
        "error": row.problem or None,
    }


def _numbers(row: RowComputed) -> dict[str, float | None]:
    names = "value spread shift"
    return fields_of(row.found, names) if row.found else dict.fromkeys(names.split())


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

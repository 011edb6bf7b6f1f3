"""The report of a file of Gaussians: every row in its order, those that are none with why, and the counts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.report.compute_rows import RowComputed, table_report
from klcli.report.divergence_limits import Limits, held
from klcli.report.document import CellTable, Paragraph

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
FOUND = divergence(Q, P)


def row(line: int, name: str = "", most: float | None = None) -> RowComputed:
    against = held(Limits(most=None if most is None else Fraction(most)), FOUND.value)
    return RowComputed(line, name, Q, P, FOUND, against)


BAD = RowComputed(3, "", problem="sigma must be > 0, got -2")


def parts(*rows: RowComputed) -> tuple[Any, CellTable, Paragraph]:
    report = table_report(rows, "nats")
    table, counted = report.document.blocks
    assert isinstance(table, CellTable)
    assert isinstance(counted, Paragraph)
    return report, table, counted


@pytest.mark.parametrize(
    ("rows", "holds", "readable", "words", "tone"),
    [
        ((row(2),), True, True, "1 of 1 rows computed", "good"),
        ((row(2), BAD), True, False, "1 of 2 rows computed", "bad"),
        ((row(2, most=1), row(3, most=1)), True, True, "2 of 2 rows computed, 0 beyond a limit", "good"),
        ((row(2, most=0.01), row(3, most=1)), False, True, "2 of 2 rows computed, 1 beyond a limit", "bad"),
    ],
)
def test_what_it_means(
    rows: tuple[RowComputed, ...], holds: bool, readable: bool, words: str, tone: str
) -> None:
    report, _, counted = parts(*rows)
    assert (report.holds, report.readable) == (holds, readable)
    assert (counted.text, counted.tone) == (words, tone)


def test_columns_are_those_that_say_something() -> None:
    _, plain, _ = parts(row(2))
    _, named, _ = parts(row(2, "a"), row(3))
    _, limited, _ = parts(row(2, most=1), BAD)
    assert [len(one.columns) for one in (plain, named, limited)] == [4, 5, 5]
    for table in (plain, named, limited):
        assert all(len(cells) == len(table.columns) for cells in table.rows)


def test_records_have_the_same_keys_whatever_a_row_is() -> None:
    report, _, _ = parts(row(2, "a", most=1), BAD)
    assert [sorted(one) for one in report.rows] == [sorted(report.columns)] * 2
    first, second = report.rows
    assert (first["value"], first["holds"], first["error"]) == (FOUND.value, True, None)
    assert (second["value"], second["holds"], second["error"]) == (None, None, BAD.problem)


def test_bare_has_a_line_for_each() -> None:
    report, _, _ = parts(row(2), BAD)
    assert report.bare == f"{FOUND.value!r}\nerror"
    assert dict(report.data["summary"]) == {"rows": 2, "computed": 1, "failed": 0, "unreadable": 1}

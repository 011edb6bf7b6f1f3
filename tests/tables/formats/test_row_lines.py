"""Rows of texts: comments above them alone, and fields with line breaks."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from klcli.errors import KlcliError
from tests.tables.sources import numbers, table, values

TEXTS = ["#1 hello", "two\nlines", 'a "quoted"\n\n# word, "\n', "", '"', "three\n,\nlines; \tall", "plain"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_a_csv_writer_writes(separator: str, place: int) -> None:
    file = StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator="\n")
    rows = [["log_q", "log_p"], *([-1.5 - i, -2.5] for i in range(len(TEXTS)))]
    for row, text in zip(rows, ["text", *TEXTS], strict=True):
        writer.writerow([*row[:place], text, *row[place:]])
    numeric = [column for column in range(3) if column != place]
    assert values(file.getvalue(), *numeric) == rows[1:]
    (block,) = table(file.getvalue()).blocks(numeric, place)
    assert list(block.keys) == [text.strip() for text in TEXTS]


def test_rows_are_numbered_by_the_line_in_which_they_begin() -> None:
    assert numbers('t,a\n"x\n\ny",1\n\nz,2\n', 1) == [2, 6]


def test_a_field_with_line_breaks_in_a_late_block() -> None:
    text = "t,a\n" + 'x,1\n"y\nz",2\n' * 60_000
    assert values(text, 1) == [[1.0], [2.0]] * 60_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('t,a\nx,1\n"y,2\nz,3\n', "line 3 of t.csv opens a quoted field that does not end"),
        ('t,a\n"x,1\n' + "y,2\n" * 600_000, "line 2 of t.csv opens a quoted field that does not end"),
        ('t\ta\n"\t1\n"\t2\n', "line 2 of t.csv opens a quoted field that ends in another row"),
    ],
)
def test_quotes_that_are_none(text: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        values(text, 1)


def test_blanks_know_no_quotes() -> None:
    assert values('t a\n" 1\n"x 2\n', 1) == [[1.0], [2.0]]


def test_comments_stand_above_the_first_row() -> None:
    assert values("# one\n# a,b\n#1,2\n3,4\n", 0, 1) == [[3.0, 4.0]]
    with pytest.raises(KlcliError, match="line 3 has 1 field"):
        values("a,b\n1,2\n# three\n", 0, 1)

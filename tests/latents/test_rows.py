"""Bad rows in the order of files and rows, whoever found them first."""

from __future__ import annotations

import numpy

from klcli.latents.rows import MOST_LISTED, BadRow, BadRows, Rows


def test_the_first_rows_are_kept() -> None:
    early, late = BadRows(), BadRows()
    late.add(1, [BadRow("b", row, "mean 1", "NaN") for row in range(1, 90)], 89)
    early.add(0, [BadRow("a", row, "mean 1", "NaN") for row in range(1, 61)], 70)
    late.merge(early)
    assert late.count == 159
    assert len(late.first) == MOST_LISTED
    assert [row.file for row in late.first[:61]] == ["a"] * 60 + ["b"]


def test_rows_keep_their_numbers() -> None:
    rows = Rows(numpy.zeros((4, 1)), numpy.zeros((4, 1)), first=11)
    some = rows.only(numpy.array([True, False, True, True])).only(numpy.array([False, True, True]))
    assert some.numbers.tolist() == [13, 14]

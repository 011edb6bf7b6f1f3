"""Rows in which a number is missing: refused with their place, or left out and counted."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.tables.complete_rows import CompleteRows
from tests.tables.sources import table

TEXT = "log_q,log_p,x\n-1,-2,5\n-3,nan,6\n-4,-5,7\nnan,-6,8\n"


def rows(*columns: int, skip: bool) -> tuple[CompleteRows, list[list[float]], list[int]]:
    found = table(TEXT)
    complete = CompleteRows(found, columns, skip)
    blocks = list(complete.of(found.blocks(columns)))
    return (
        complete,
        [row for block in blocks for row in block.values.tolist()],
        [number for block in blocks for number in block.numbers],
    )


def test_rows_with_missing_numbers_are_left_out_and_counted() -> None:
    complete, values, numbers = rows(0, 1, skip=True)
    assert values == [[-1, -2], [-4, -5]]
    assert complete.skipped == 2
    assert numbers[1] - numbers[0] == 2, "a row keeps its number"


def test_a_number_that_is_not_asked_for_may_be_missing() -> None:
    complete, values, _ = rows(2, skip=False)
    assert values == [[5], [6], [7], [8]]
    assert complete.skipped == 0


def test_a_missing_number_is_refused_with_its_place_and_column() -> None:
    with pytest.raises(KlcliError, match=r"column log_p: the number is missing") as caught:
        rows(0, 1, skip=False)
    assert "--skip-missing" in caught.value.hint

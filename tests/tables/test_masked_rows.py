"""Columns of masks in tables whose rows are tokens or samples."""

from __future__ import annotations

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.dependent_rows import RunWatch
from tests.tables.sources import npy, numbers, table, values

HEADER = "id,q,p,mask\n"
KEPT = [[-1.0, -2.0], [-4.0, -5.0]]


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("True", "False"), ("true", "false"), ("1.0", "0.000e+00")]
)
def test_rows_that_the_mask_keeps(yes: str, no: str) -> None:
    text = f"{HEADER}a,-1,-2,{yes}\na,-9,,{no}\nb,-4,-5, {yes}\nb,-9,-9,{no}\n"
    assert values(text, 1, 2) == KEPT
    assert numbers(text, 1) == [2, 4]
    (block,) = table(text).blocks((1, 2), 0)
    assert list(block.keys) == ["a", "b"]


def test_fields_of_an_array() -> None:
    rows = [(-1, -2, True), (-9, -9, False), (-4, -5, True)]
    kinds = [("q", "f8"), ("p", "f8"), ("mask", "?")]
    assert values(npy(numpy.array(rows, dtype=kinds)), 0, 1) == KEPT


def test_other_columns_are_seen_beside_the_mask() -> None:
    found = table(HEADER + "".join(f"{i // 4},-1,-2,{i % 2}\n" for i in range(80)))
    watch = RunWatch(found, (1, 2))
    assert sum(len(block.values) for block in found.blocks((1, 2), None, watch)) == 40
    assert watch.found() == 0


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("2", "line 3: mask in t.csv has 2"),
        ("", "line 3: mask in t.csv has no number"),
        ("x", "line 3: mask in t.csv has no number"),
    ],
)
def test_what_is_no_mask(cell: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        values(f"{HEADER}a,-1,-2,1\na,-1,-2,{cell}\n", 1, 2)


def test_a_mask_of_several_numbers_in_a_row() -> None:
    array = numpy.zeros(3, dtype=[("q", "f8"), ("p", "f8"), ("mask", "?", (2,))])
    with pytest.raises(KlcliError, match="several numbers in a row"):
        values(npy(array), 0, 1)

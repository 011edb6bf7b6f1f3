"""Rows of NPY arrays as a stream: as numpy wrote them, in blocks of any size, in either order."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.npy_rows import NpyRows, npy_rows, row_width, side_by_side
from tests.tables.sources import announcing, npy

ARRAY = numpy.arange(30.0).reshape(5, 2, 3)


def opened(data: bytes) -> NpyRows:
    found = npy_rows("t.npy", BytesIO(data).read)
    assert found is not None
    return found


@pytest.mark.parametrize("array", [ARRAY, numpy.asfortranarray(ARRAY)], ids=["C", "Fortran"])
@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_rows_are_those_of_numpy(array: numpy.ndarray, count: int) -> None:
    rows = opened(npy(array))
    assert (rows.rows, rows.width, row_width(rows.header)) == (5, 6, 6)
    blocks = [rows.block(count) for _ in range(-(-5 // count))]
    assert [len(block) for block in blocks] == [min(count, 5 - start) for start in range(0, 5, count)]
    numpy.testing.assert_array_equal(numpy.concatenate(blocks), ARRAY.reshape(5, 6))


def test_the_magic_may_be_read_before() -> None:
    stream = BytesIO(npy(ARRAY))
    stream.read(6)
    found = npy_rows("t.npy", stream.read, behind_magic=True)
    assert found is not None
    assert found.block(1).tolist() == [[0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize(
    "data",
    [
        b"mu,logvar\n1,2\n",
        npy(numpy.array(["a", "b"])),
        npy(numpy.float64(1)),
        announcing("(2,)", "'|O'"),
    ],
    ids=["text", "words", "lone number", "objects"],
)
def test_what_has_no_rows_of_numbers_is_none(data: bytes) -> None:
    assert npy_rows("t.npy", BytesIO(data).read) is None


@pytest.mark.parametrize("order", ["False", "True"])
def test_a_file_that_ends_early_is_refused(order: str) -> None:
    rows = opened(announcing("(2, 2)", order=order, data=bytes(31)))
    with pytest.raises(KlcliError, match="ends before row 2") as caught:
        rows.block(2)
    assert "cut off" in caught.value.hint


def test_rows_that_are_too_wide_are_refused_before_they_are_read() -> None:
    with pytest.raises(KlcliError, match="rows of more than 64 MiB"):
        opened(announcing(f"(1, {2**23 + 1})"))


def test_a_large_array_in_fortran_order_is_refused_before_it_is_read() -> None:
    rows = opened(announcing(f"({2**25 + 1}, 1)", order="True"))
    with pytest.raises(KlcliError, match="Fortran order") as caught:
        rows.block(1)
    assert "ascontiguousarray" in caught.value.hint


def test_arrays_side_by_side_have_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klcli.tables.formats.npy_rows.rows_of_block", lambda width: 2 * (width == 6))
    other = numpy.arange(5)
    read: list[int] = []
    blocks = list(side_by_side([opened(npy(ARRAY)), opened(npy(other))], read.append))
    assert [block.first for block in blocks] == [1, 3, 5]
    assert [[len(values) for values in block.values] for block in blocks] == [[2, 2], [2, 2], [1, 1]]
    assert numpy.concatenate([block.values[1] for block in blocks]).ravel().tolist() == other.tolist()
    assert sum(read) == ARRAY.nbytes + other.nbytes

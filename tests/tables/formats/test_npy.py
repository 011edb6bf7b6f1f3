"""NPY files as tables: every layout that numpy writes, and none that runs a program."""

from __future__ import annotations

import pickle

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.errors import KlcliError
from tests.tables.sources import npy, table, values

ROWS = numpy.random.default_rng(0).normal(size=(200_000, 2))
FIELDS = numpy.zeros(5, dtype=[("id", "U8"), ("log_q", "f4"), ("log_p", ">f8"), ("pair", "f8", (2,))])
FIELDS["id"] = list("aabbb")
FIELDS["log_q"] = numpy.arange(5)


def read(data: bytes, *columns: int) -> numpy.ndarray:
    return numpy.concatenate([block.values for block in table(data).blocks(columns)])


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", ">f4", "f2", "g"])
def test_every_kind_of_float(dtype: str) -> None:
    rows = ROWS[:1000].astype(dtype)
    assert numpy.array_equal(read(npy(rows), 0, 1), rows.astype(float))


@pytest.mark.parametrize("dtype", ["i1", "u2", "<i4", ">i8"])
def test_every_kind_of_integer(dtype: str) -> None:
    rows = numpy.arange(20).reshape(10, 2).astype(dtype)
    assert read(npy(rows), 1).tolist() == [[float(number)] for number in range(1, 20, 2)]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_order_in_blocks(order: str, version: tuple[int, int]) -> None:
    data = npy(numpy.asarray(ROWS, order=order), version=version)
    blocks = list(table(data).blocks((1, 0)))
    assert len(blocks) > 2
    assert numpy.array_equal(numpy.concatenate([block.values for block in blocks]), ROWS[:, ::-1])
    assert [number for block in blocks for number in block.numbers] == list(range(1, 200_001))


def test_one_axis_is_one_column() -> None:
    assert table(npy(ROWS[:, 0])).width == 1
    assert numpy.array_equal(read(npy(ROWS[:, 0]), 0), ROWS[:, :1])


def test_named_fields() -> None:
    found = table(npy(FIELDS))
    assert found.names == ("id", "log_q", "log_p", "pair")
    (block,) = found.blocks((1, 2), 0)
    assert block.values.tolist() == [[float(number), 0.0] for number in range(5)]
    assert list(block.keys) == list("aabbb")


def test_no_rows() -> None:
    assert list(table(npy(ROWS[:0])).blocks((0, 1))) == []


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        raise AssertionError("it was pickled")


OBJECTS = npy(numpy.array([{}, None], dtype=object))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (OBJECTS, "pickled Python objects"),
        (npy(numpy.zeros((2, 2, 2))), r"the shape \(2, 2, 2\)"),
        (npy(numpy.array(1.0)), r"the shape \(\)"),
        (npy(numpy.zeros((3, 2), dtype=complex)), "complex128 and not numbers"),
        (npy(numpy.zeros((3, 2), dtype=bool)), "bool and not numbers"),
        (npy(numpy.array([["a", "b"]])), "not numbers"),
        (npy(ROWS)[:-1], "ends between row 196,609 and row 200,000 of the 200,000 rows"),
        (npy(ROWS)[:100], "header of t.csv is broken"),
        (npy(ROWS)[:7], "no header"),
        (b"\x93NUMPY\x09\x00" + npy(ROWS)[8:], "no header"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b"a" * 100, "no header"),
        (npy(ROWS).replace(b"(200000, 2)", b"(-20000, 2)"), "broken|ends"),
        (npy(ROWS).replace(b"(200000, 2)", b"(__i__(), )"), "broken"),
        (b"PK\x03\x04....", "is no archive that can be read"),
        (b"\x1f\x8b\x08...", "is no gzip file that can be read"),
        (pickle.dumps([1.0]), "is a pickle"),
    ],
)
def test_what_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        read(data, 0, 1)


def test_fields_that_are_no_numbers_are_named() -> None:
    for column, name in ((0, "id"), (3, "pair")):
        with pytest.raises(KlcliError, match=f"column {name} of t.csv holds"):
            list(table(npy(FIELDS)).blocks((column,)))


def test_columns_behind_each_other_need_a_file() -> None:
    data = npy(numpy.asfortranarray(ROWS))
    with pytest.raises(KlcliError, match="Fortran order"):
        table(data, seekable=False)
    assert table(npy(ROWS), seekable=False).width == 2


@given(st.binary(max_size=80))
def test_any_bytes_behind_the_magic_are_one_clear_error(data: bytes) -> None:
    with pytest.raises(KlcliError):
        values(b"\x93NUMPY" + data, 0)

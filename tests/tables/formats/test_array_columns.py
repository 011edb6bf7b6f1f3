"""Columns with numbers behind their names as arrays."""

from __future__ import annotations

from io import BytesIO

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.detection import open_arrays
from klcli.tables.source import Source


@pytest.mark.parametrize("header", ["mu,mu,logvar", "mu_0,mu_0,logvar_0"])
def test_a_name_of_two_columns(header: str) -> None:
    with pytest.raises(KlcliError, match=r"t\.csv has two columns called 'mu"):
        opened(header + "\n1,2,3\n")


def test_columns_without_a_name_are_nobodys() -> None:
    assert set(opened(",mu,\n1,2,3\n").shapes) == {"mu", ""}


def test_a_table_is_arrays() -> None:
    data = b"id,mu_0,mu_1,lv_1,lv_0\n7,1,2,3,4\n8,5,6,7,8\n"
    found = open_arrays(Source("t.csv", BytesIO(data), len(data), seekable=False))
    assert dict(found.shapes) == {"mu": (None, 2), "lv": (None, 2), "id": (None, 1)}
    (block,) = found.blocks(["lv", "mu"])
    assert [value.tolist() for value in block.values] == [[[4, 3], [8, 7]], [[1, 2], [5, 6]]]
    assert (block.first, block.noun) == (2, "line")


def opened(text: str):  # type: ignore[no-untyped-def]
    return open_arrays(Source("t.csv", BytesIO(text.encode()), len(text), seekable=False))


@pytest.mark.parametrize(
    "text",
    [
        'id,mu,logvar\n7,"[1.0, 2.0]","[3, 4]"\n8,"[5, 6]","[-7e0, 8]"\n',
        "mu\tlogvar\tid\n[1 2]\t[3 4]\t7\n[5 6]\t[-7 8]\t8\n",
    ],
)
def test_cells_with_lists(text: str) -> None:
    found = opened(text)
    assert {name: found.shapes[name] for name in ("mu", "logvar", "id")} == {
        "mu": (None, 2),
        "logvar": (None, 2),
        "id": (None, 1),
    }
    (block,) = found.blocks(["logvar", "id", "mu"])
    assert [value.tolist() for value in block.values] == [[[3, 4], [-7, 8]], [[7], [8]], [[1, 2], [5, 6]]]


def test_lists_alone_and_lists_of_other_lengths() -> None:
    (block,) = opened('mu,id\n"[1, 2]",7\n').blocks(["mu"])
    assert block.values[0].tolist() == [[1, 2]]
    with pytest.raises(KlcliError, match=r"line 3 of t\.csv: '.3.' is no list of 2 numbers"):
        list(opened('mu,id\n"[1, 2]",7\n"[3]",8\n').blocks(["mu"]))

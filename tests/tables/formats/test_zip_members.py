"""Archives that no library of arrays wrote: refused before memory is taken."""

from __future__ import annotations

import warnings
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.zip_members import check_members, reader


def archive(*members: tuple[str, bytes], packing: int = ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with warnings.catch_warnings(), ZipFile(file, "w", packing) as made:
        warnings.simplefilter("ignore")  # of names that stand there twice
        for name, data in members:
            made.writestr(name, data)
    return file.getvalue()


def opened(data: bytes) -> ZipFile:
    return ZipFile(BytesIO(data))


@pytest.mark.parametrize("packing", [ZIP_STORED, ZIP_DEFLATED])
def test_what_is_packed_as_far_as_can_be_is_read(packing: int) -> None:
    found = opened(archive(("a", bytes(1 << 23)), ("b", b"1"), packing=packing))
    check_members(found, "t.npz")
    read = reader(found, "a", "t.npz")
    assert len(read(1 << 24)) == 1 << 23
    assert read(1) == b""


def larger(data: bytes) -> bytes:
    """The same archive, whose directory says that its member of 1,000 bytes has 2^30."""
    return data.replace((1000).to_bytes(4, "little"), (1 << 30).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive(("a", b"1"), ("a", b"2")), "t.npz has two members called 'a'"),
        (archive(("a", b"1" * 99), packing=ZIP_BZIP2), "packed in a way that no library of arrays uses"),
        (larger(archive(("a", bytes(1000)))), "announces 1,073,741,824 bytes out of"),
    ],
)
def test_what_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        check_members(opened(data), "t.npz")


def test_damage_is_said_where_it_is_met() -> None:
    data = archive(("a", b"0123456789" * 100), packing=ZIP_STORED)
    read = reader(opened(data.replace(b"99", b"98", 1).replace(b"0123", b"3210", 1)), "a", "t.npz")
    with pytest.raises(KlcliError, match=r"t\.npz is no archive that can be read: Bad CRC-32"):
        read(2000)

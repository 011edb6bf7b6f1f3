"""Zip archives: which of two kinds one is, and what is none."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.zip_archives import open_zip
from klcli.tables.source import Source


def source(data: bytes, *, seekable: bool = True) -> Source:
    return Source("t.npz", BytesIO(data), len(data), seekable=seekable)


def archive(**members: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as written:
        for name, data in members.items():
            written.writestr(name.replace("__", "/").replace("_", "."), data)
    return file.getvalue()


def npz(**arrays: numpy.ndarray) -> bytes:
    file = BytesIO()
    numpy.savez(file, **arrays)
    return file.getvalue()


def test_an_npz_is_read_as_arrays() -> None:
    found = open_zip(source(npz(mu=numpy.ones((3, 2)), s=numpy.ones(3))))
    assert dict(found.shapes) == {"mu": (3, 2), "s": (3, 1)}


def test_what_torch_saves_has_a_pickle_in_a_folder() -> None:
    """One that calls something, which the reader of pickles refuses."""
    with pytest.raises(KlcliError, match=r"calls os\.mkdir, which is not run"):
        open_zip(source(archive(t__data_pkl=b"\x80\x02cos\nmkdir\n)R.")))


def test_a_member_called_data_beside_arrays_is_no_pickle_of_torch() -> None:
    found = open_zip(source(npz(**{"data": numpy.ones(2)})))
    assert list(found.shapes) == ["data"]


@pytest.mark.parametrize(
    ("data", "seekable", "message"),
    [
        (npz(mu=numpy.ones(3)), False, "cannot be read from a pipe"),
        (npz(mu=numpy.ones(3))[:60], True, "no archive that can be read"),
        (archive(), True, "archive without arrays"),
    ],
    ids=["pipe", "cut off", "empty"],
)
def test_what_is_no_archive_is_refused_with_a_hint(data: bytes, seekable: bool, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        open_zip(source(data, seekable=seekable))
    assert caught.value.hint

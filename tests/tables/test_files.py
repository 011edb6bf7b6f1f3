"""Files that can be opened, and those that cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from klcli.errors import KlcliError
from klcli.tables.files import open_file


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"1,2\n")
    with open_file(str(path)) as source:
        assert (source.read(9), source.size, source.seekable) == (b"1,2\n", 4, True)


@pytest.mark.parametrize(("path", "message"), [("no/such.csv", "No such file"), ("a\0b", "NUL")])
def test_none(path: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message), open_file(path):
        pass


def grown(path: Path) -> None:
    path.write_bytes(b"1,2\n3,4\n")


def touched(path: Path) -> None:
    path.write_bytes(b"3,4\n")
    os.utime(path, ns=(0, 1))


def cut_off(path: Path) -> None:
    path.write_bytes(b"")
    raise KlcliError("t.csv ends before row 1")  # which the change explains


@pytest.mark.parametrize("change", [grown, touched, cut_off])
def test_one_that_changes_while_it_is_read(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"1,2\n")
    with pytest.raises(KlcliError, match="changed while it was read"), open_file(str(path)):
        change(path)


@pytest.mark.skipif(sys.platform != "linux", reason="a file whose first byte cannot be read")
def test_a_file_system_that_goes_away() -> None:
    """The memory of this process is a file without a byte at its beginning: an error of input and output."""
    with (
        pytest.raises(KlcliError, match="cannot read /proc/self/mem: Input/output error"),
        open_file("/proc/self/mem") as source,
    ):
        source.stream.read(1)

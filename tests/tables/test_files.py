"""Files that can be opened, and those that cannot."""

from __future__ import annotations

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

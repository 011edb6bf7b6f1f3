"""Files and folders as they are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.errors import KlcliError
from klcli.tables.inputs import Input, files_of


def test_a_file_is_itself_and_so_is_standard_input() -> None:
    assert (files_of("t.csv"), files_of("-")) == (["t.csv"], ["-"])


def test_a_folder_is_what_ends_like_a_table(tmp_path: Path) -> None:
    for name in ("b.csv", "a.NPZ", "readme.md"):
        (tmp_path / name).write_text("")
    (tmp_path / "c.npy").mkdir()
    assert files_of(str(tmp_path)) == [str(tmp_path / "a.NPZ"), str(tmp_path / "b.csv")]


def test_a_folder_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> list[Path]:
        raise FileNotFoundError(2, "No such file or directory", "x/y")

    monkeypatch.setattr(Path, "rglob", gone)
    with pytest.raises(KlcliError, match="cannot read x/y: No such file or directory"):
        files_of(str(tmp_path))


def test_several_files_of_one_table_are_named_together() -> None:
    assert Input(("q.npy", "p.npy")).name == "q.npy and p.npy"

"""The table of a project: the nearest above, up to the root of the repository, and what is no table."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.cli.pyproject import NAME, flag, shown, table_of, texts
from klcli.errors import KlcliError

TABLE = '[tool.klcli]\nignore = ["KL206"]\n'


def written(folder: Path, text: str = TABLE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(text)
    return folder


def test_the_nearest_table_counts(tmp_path: Path) -> None:
    outer, inner = written(tmp_path), written(tmp_path / "a" / "b", "[tool.klcli]\nnotes = true\n")
    assert table_of(str(inner / "c")) == ({"notes": True}, str(inner))
    assert table_of(str(outer / "a")) == ({"ignore": ["KL206"]}, str(outer))


def test_a_file_without_a_table_for_us_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path / "a", "[tool.ruff]\n")
    written(tmp_path / "a" / "b", "[project]\nname = 'klcli-user'\n")
    assert table_of(str(tmp_path / "a" / "b"))[1] == str(tmp_path)


def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "a" / ".git").mkdir(parents=True)
    (tmp_path / "a" / "b").mkdir()
    assert table_of(str(tmp_path / "a" / "b")) == ({}, str(tmp_path / "a" / "b"))
    (tmp_path / "a" / ".git").rmdir()
    assert table_of(str(tmp_path / "a" / "b"))[1] == str(tmp_path)


def test_the_root_itself_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a" / ".git").mkdir(parents=True)
    written(tmp_path / "a")
    assert table_of(str(tmp_path / "a" / "b"))[1] == str(tmp_path / "a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.klcli\n", "is no TOML"),
        ("# klcli \xff".encode("latin-1").decode("latin-1") + "\nx = \n", "is no TOML"),
        ('[tool]\nklcli = "all"\n', "tool.klcli is no table"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, message: str) -> None:
    written(tmp_path, text)
    with pytest.raises(KlcliError, match=message) as caught:
        table_of(str(tmp_path))
    assert caught.value.hint


def test_what_stands_in_a_file_that_has_no_word_for_us_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, "no TOML at all [")
    assert table_of(str(tmp_path))[0] == {}


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value: bool) -> None:
    assert flag(value, "notes") is value
    for other in (1, "true", None):
        with pytest.raises(KlcliError, match="notes is"):
            flag(other, "notes")


def test_texts_are_a_list() -> None:
    assert texts(["a", "b"], "select") == ["a", "b"]
    for other in ("a", ["a", 1], {"a": "b"}, ("a",)):
        with pytest.raises(KlcliError, match="select is"):
            texts(other, "select")


def test_a_path_below_is_shown_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(str(tmp_path / "a" / NAME)) == f"a/{NAME}"
    assert shown(str(tmp_path.parent / NAME)) == str(tmp_path.parent / NAME)

"""Which files a walk comes upon: those that git and other linters would."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from klcli.cli.linting import walk as module
from klcli.cli.linting.gitignore_patterns import patterns
from klcli.cli.linting.walk import walk
from klcli.errors import KlcliError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(*paths: str, **texts: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("")


def ignoring(path: str, *lines: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(lines) + "\n")


def files(*paths: str, exclude: Sequence[str] = (), gitignore: bool = True) -> list[str]:
    excluded = [patterns(exclude, ".", "--exclude")] if exclude else []
    return walk(paths or (".",), excluded, gitignore=gitignore).files


def test_files_in_order_each_once() -> None:
    made("b.py", "a.py", "c.pyi", "d.ipynb", "e.txt", "sub/f.py", "another/g.py")
    assert files() == ["a.py", "b.py", "c.pyi", "d.ipynb", "another/g.py", "sub/f.py"]
    assert files("sub", ".", "./sub/f.py")[0] == "sub/f.py"
    assert len(files("sub", ".", "./sub/f.py")) == 6


def test_what_is_skipped_unless_it_is_named() -> None:
    made(
        *("venv/a.py", ".hidden/b.py", "__pycache__/c.py", "node_modules/d.py", "x.egg-info/e.py"),
        *("mine/pyvenv.cfg", "mine/lib/f.py", "conda/conda-meta/history", "conda/g.py", "env/model.py"),
    )
    assert files() == ["env/model.py"]
    assert files("venv", ".hidden/b.py", "mine") == ["venv/a.py", ".hidden/b.py", "mine/lib/f.py"]


def test_gitignore_files_of_every_level() -> None:
    """The deepest file has the last word, and the last of its lines that speaks."""
    made(
        "a.py",
        "old_a.py",
        "sub/old_b.py",
        "sub/keep/old_c.py",
        "top.py",
        "sub/top.py",
        "gen/x/y.py",
        "gen/z.py",
    )
    ignoring(".gitignore", "# all that is old", "old_*.py", "/top.py", "gen/*", "!gen/z.py")
    ignoring("sub/keep/.gitignore", "!old_c.py")
    assert files() == ["a.py", "gen/z.py", "sub/top.py", "sub/keep/old_c.py"]
    assert len(files(gitignore=False)) == 8


def test_a_folder_that_is_ignored_is_not_entered() -> None:
    """As git: what lies in it cannot be taken in again."""
    made("gen/a.py")
    ignoring(".gitignore", "gen/")
    ignoring("gen/.gitignore", "!a.py")
    assert files() == []


def test_what_is_named_is_read_in_any_case() -> None:
    made("gen/a.py", "gen/sub/b.py", "notes.txt")
    ignoring(".gitignore", "gen/", "*.txt")
    Path(".git").mkdir()
    assert files("gen/a.py", "notes.txt") == ["gen/a.py", "notes.txt"]
    assert files("gen") == ["gen/a.py", "gen/sub/b.py"]
    assert files("gen/sub") == ["gen/sub/b.py"]


def test_gitignore_above_counts_up_to_the_repository() -> None:
    made("repository/sub/a.py", "repository/sub/b.py", "repository/sub/c.py")
    ignoring(".gitignore", "a.py")
    ignoring("repository/.gitignore", "b.py")
    assert files("repository/sub") == ["repository/sub/" + name for name in ("a.py", "b.py", "c.py")]
    ignoring("repository/.git/info/exclude", "c.py")
    assert files("repository/sub") == ["repository/sub/a.py"]
    assert files("repository") == ["repository/sub/a.py"]


def test_a_repository_within_another_begins_anew() -> None:
    made("inner/a.py", "inner/.git/HEAD", "outer/a.py")
    ignoring(".gitignore", "a.py")
    assert files() == ["inner/a.py"]


def test_a_broken_line_of_a_gitignore_does_not_count() -> None:
    made("a.py", "b.py")
    ignoring(".gitignore", "!", "b.py", "\\")
    assert files() == ["a.py"]


def test_excluded_even_if_named() -> None:
    made("a.py", "tests/b.py", "src/c_pb2.py")
    walked = walk(
        ["a.py", "tests/b.py", "src", "tests"], [patterns(["tests/", "*_pb2.py"], ".", "--exclude")]
    )
    assert (walked.files, walked.excluded) == (["a.py"], ["tests/b.py", "src/c_pb2.py", "tests"])
    assert files(exclude=["*"]) == []


def test_patterns_are_seen_from_their_folder() -> None:
    made("sub/a.py", "a.py")
    assert walk(["."], [patterns(["/a.py"], "sub", "")]).files == ["a.py"]
    with pytest.raises(KlcliError, match="'!' is no pattern"):
        patterns(["a", "!"], ".", "--exclude")


def test_links(folder: Path) -> None:
    made("src/a.py")
    Path("src/round").symlink_to(folder)
    Path("src/z.py").symlink_to(folder / "src" / "a.py")
    Path("src/nowhere.py").symlink_to(folder / "nowhere")
    Path("src/self.py").symlink_to(folder / "src" / "self.py")
    Path("link").symlink_to(folder / "src")
    assert files() == ["src/a.py"]
    assert files("link") == ["link/a.py"]


def test_a_pipe_is_not_waited_for() -> None:
    os.mkfifo("pipe.py")
    assert files() == []


def test_an_unreadable_folder_does_not_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made("closed/a.py", "open/b.py")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if path == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(module.os, "scandir", guarded)
    walked = walk(["."])
    assert (walked.files, walked.unreadable) == (["open/b.py"], {"closed": "Permission denied"})


def test_folders_deeper_than_python_calls(folder: Path) -> None:
    deep = folder
    for _ in range(600):
        deep = deep / "d"
    os.makedirs(deep)
    (deep / "a.py").write_text("")
    assert len(files()) == 1

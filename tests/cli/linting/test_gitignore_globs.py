"""Patterns of a .gitignore: the same answers as git's own, in time that does not explode."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from klcli.cli.linting.gitignore_globs import glob
from klcli.cli.linting.gitignore_patterns import ignored_in, patterns

NAMES = [
    "a",
    "b",
    "ab",
    "ba",
    "a.py",
    "b.py",
    "a b",
    "[a]",
    "a*",
    "x-y",
    "!a",
    "#a",
    "aXb",
    "9",
    "a\\b",
    "]",
    "é",
    "a ",
]
PIECES = [
    *(
        "a",
        "b",
        "*",
        "**",
        "?",
        "[ab]",
        "[!a]",
        "[^b]",
        "[a-c]",
        "/",
        "/",
        ".py",
        "\\*",
        "\\a",
        "[",
        "[]]",
        "[]-a]",
    ),
    *(
        "[[:alpha:]]",
        "[[:digit:]a]",
        "[a/b]",
        "X",
        "-",
        " ",
        "\\ ",
        "!",
        "#",
        "[\\]]",
        "[z-a]",
        "[a-]",
        "***",
    ),
    *("**/", "/**", "[[:x:]]", "[[:]", "9", "é", "\\"),
]
STARS = ["a", "b", "*", "**", "/", "**/", "/**", "a**/", "x", "?", "X"]


def matches(pattern: str, path: str, *, is_folder: bool = False) -> bool:
    found = glob(pattern)
    return found is not None and found.matches(path.split("/"), is_folder=is_folder)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.py", ["a.py", "x/a.py", ".py"], ["a.pyi", "a.py/b"]),
        ("/*.py", ["a.py"], ["x/a.py"]),
        ("x/*.py", ["x/a.py"], ["y/x/a.py", "x/y/a.py"]),
        ("**/x", ["x", "a/x", "a/b/x"], ["ax"]),
        ("x/**", ["x/a", "x/a/b"], ["x", "y/x/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/bb"]),
        ("**", ["a", "a/b"], []),
        ("/**", ["a", "a/b"], []),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
        ("[]-]", ["]", "-"], ["["]),
        ("[!a-c]", ["d", "]"], ["a", "b"]),
        ("[[:digit:]_]", ["5", "_"], [":", "d"]),
        (r"\*\?", ["*?"], ["ab"]),
        ("a  ", ["a"], ["a  "]),
        (r"a\  ", ["a "], ["a"]),
        ("a**b", ["ab", "axb"], ["a/b"]),
    ],
)
def test_what_a_pattern_means(pattern: str, yes: list[str], no: list[str]) -> None:
    """By git's documentation: git-scm.com/docs/gitignore."""
    assert [path for path in yes if not matches(pattern, path)] == []
    assert [path for path in no if matches(pattern, path)] == []


def test_folders_only() -> None:
    assert matches("gen/", "x/gen", is_folder=True)
    assert not matches("gen/", "x/gen")
    assert not glob("!gen").excludes  # type: ignore[union-attr]


@pytest.mark.parametrize("pattern", ["", "  ", "!", "/", "a\\", "[a", "[[:word:]]"])
def test_what_is_no_pattern(pattern: str) -> None:
    assert glob(pattern) is None


def grown(folder: Path, rng: random.Random) -> list[str]:
    """Files and folders with hard names; their paths."""
    for _ in range(150):
        path = folder.joinpath(*(rng.choice(NAMES) for _ in range(rng.randint(1, 4))))
        if not any(above.is_file() for above in path.parents) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(path for path in found if not path.startswith(".git"))


@pytest.mark.skipif(
    shutil.which("git") is None or os.name == "nt", reason="needs git, and names with any sign"
)
@pytest.mark.parametrize("pieces", [PIECES, STARS], ids=["pieces", "stars"])
def test_the_same_as_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[str]) -> None:
    """Of patterns put together at random, among them broken ones: `git check-ignore` is the reference."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    subprocess.run(["git", "init", "-q", "."], check=True, timeout=60)
    rng = random.Random(0)
    paths = grown(tmp_path, rng)
    for _ in range(60):
        lines = ["".join(rng.choices(pieces, k=rng.randint(1, 5))) for _ in range(rng.randint(1, 3))]
        lines = [f"{'!' * (rng.random() < 0.25)}{line}" for line in lines]
        (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n", encoding="utf-8")
        asked = subprocess.run(
            ["git", "check-ignore", "--no-index", "--stdin", "-z"],
            input="\0".join(paths).encode(),
            capture_output=True,
            check=False,
            timeout=60,
        )
        ignored = set(filter(None, asked.stdout.decode().split("\0")))
        levels = ignored_in(".")
        found = {
            path
            for path in paths
            if levels and levels[-1].says(str(tmp_path.resolve() / path), is_folder=os.path.isdir(path))
        }
        assert found == ignored, lines


def test_no_pattern_takes_longer_than_its_length_times_that_of_the_path() -> None:
    """With a regular expression for the whole pattern, 75 a's took minutes."""
    start = time.process_time()
    slow = patterns([f"{'*a' * 9}*b", f"{'a*' * 50}b", f"{'**/a/' * 20}b"], "/", "--exclude")
    assert not slow.matches(f"/{'a' * 75}")
    assert not slow.matches(f"/{'a' * 255}")
    assert not slow.matches(f"/{'a/' * 80}c")
    assert time.process_time() - start < 2

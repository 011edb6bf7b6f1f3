"""``klcli lint --fix`` and ``--diff``: what is changed, what is not, and what is said about it."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from klcli.cli.linting import fixing, outlining, worker
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit, Finding, Linted
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import Outline
from klcli.lint.source.module import Module
from tests.cli.conftest import Klcli

WRONG = "# true\nx = wrong  # é\r\ny = wrong\n"
Change = Callable[[Finding], Finding]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and a linter that finds the word ``wrong`` and would have it ``right``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(worker, "linted", finder(lambda found: found))
    monkeypatch.setattr(outlining, "outline", lambda text, path: Outline(path, True, frozenset()))
    (tmp_path / "a.py").write_bytes(WRONG.encode())
    return tmp_path


def finder(change: Change) -> Callable[[Module, Project], Linted]:
    def linted(module: Module, _: Project) -> Linted:
        lines = module.text.split("\n")
        found = [
            change(finding(module.path, number, line.index("wrong") + 1, line))
            for number, line in enumerate(lines, 1)
            if "wrong" in line
        ]
        return Linted(module.path, tuple(found))

    return linted


def finding(path: str, number: int, column: int, line: str) -> Finding:
    place = SourceSpan(path, number, column, number, column + 5)
    return Finding(
        place,
        find_mistake("KL101"),
        "error",
        "high",
        "it is wrong",
        line,
        None,
        (line,),
        edit=Edit(place, "right"),
    )


def test_fix(klcli: Klcli, project: Path) -> None:
    result = klcli("lint", "a.py", "--fix")
    assert (project / "a.py").read_bytes() == WRONG.replace("wrong", "right").encode()
    assert (result.status, result.err) == (0, "fixed 2 of 2 findings in 1 file\n")
    assert "0 findings in 1 file" in result.out
    assert klcli("lint", "a.py", "--fix").err == "fixed 0 of 0 findings\n"
    assert klcli("lint", "a.py", "--fix", "-q").err == ""


def test_diff(klcli: Klcli, project: Path) -> None:
    result = klcli("lint", ".", "--diff")
    assert result.status == 1
    assert result.err == "would fix 2 of 2 findings in 1 file\n"
    assert result.out == (
        "--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n # true\n"
        "-x = wrong  # é\r\n-y = wrong\n+x = right  # é\r\n+y = right\n"
    )
    assert (project / "a.py").read_bytes() == WRONG.encode()
    assert klcli("lint", ".", "--diff", "-qq").out == ""
    (project / "a.py").write_text("x = 1")
    result = klcli("lint", ".", "--diff")
    assert (result.status, result.out, result.err) == (0, "", "would fix 0 of 0 findings\n")


def test_a_diff_without_a_last_line_end(klcli: Klcli, project: Path) -> None:
    (project / "a.py").write_text("# true\nx = wrong")
    assert klcli("lint", ".", "--diff").out.endswith(
        "\n-x = wrong\n\\ No newline at end of file\n+x = right\n\\ No newline at end of file\n"
    )


def test_a_diff_of_standard_input(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    result = klcli("lint", "-", "--diff", "--stdin-filename", "b.py")
    assert result.out.startswith("--- b.py\n+++ b.py\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda found: replace(found, confidence="medium"),
        lambda found: replace(found, edit=None),
        lambda found: replace(found, mistake=find_mistake("KL205")),
    ],
)
def test_what_is_not_sure_or_not_wanted_stays(
    klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    monkeypatch.setattr(
        worker, "linted", finder(lambda found: change(found) if found.place.line == 2 else found)
    )
    result = klcli("lint", "a.py", "--fix", "--ignore", "KL205")
    assert (project / "a.py").read_bytes() == WRONG.replace("y = wrong", "y = right").encode()
    assert "fixed 1 of " in result.err
    assert "0 findings" in result.out or result.status == 1


def test_what_is_accepted_stays(klcli: Klcli, project: Path) -> None:
    klcli("lint", "a.py", "--write-baseline", "kl.json")
    (project / "a.py").write_bytes(b"z = wrong\n" + WRONG.encode())
    result = klcli("lint", "a.py", "--fix", "--baseline", "kl.json")
    assert (result.status, result.err) == (0, "fixed 1 of 1 finding in 1 file\n")
    assert (project / "a.py").read_bytes() == b"z = right\n" + WRONG.encode()


def test_what_remains_is_reported(klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of edits that overlap one is made; what it does not mend is found again."""
    wider = finder(
        lambda found: (
            found
            if found.place.line == 2
            else replace(found, edit=Edit(replace(found.place, line=2, column=7), "right"))
        )
    )
    monkeypatch.setattr(worker, "linted", wider)
    result = klcli("lint", "a.py", "--fix", "--json")
    assert result.err == "fixed 1 of 2 findings in 1 file\n"
    assert [found["line"] for found in json.loads(result.out)["findings"]] == [3]
    assert result.status == 1


def test_a_fix_that_breaks_the_file_is_not_made(
    klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "linted", finder(lambda found: replace(found, edit=Edit(found.place, "(("))))
    result = klcli("lint", "a.py", "--fix")
    assert result.err.startswith("warning: a.py is not fixed: after the change it is no Python 3")
    assert result.err.endswith("fixed 0 of 2 findings\n")
    assert (result.status, (project / "a.py").read_bytes()) == (1, WRONG.encode())


def test_a_file_that_has_changed_meanwhile_is_left_alone(
    klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fixing.fixes

    def late(*arguments: object) -> object:
        (project / "a.py").write_text("# true\n\nx = wrong\ny = wrong\n")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(fixing, "fixes", late)
    assert "warning: a.py is not fixed: it has changed meanwhile" in klcli("lint", "a.py", "--fix").err
    assert "right" not in (project / "a.py").read_text()


def test_permissions_and_links_stay(klcli: Klcli, project: Path) -> None:
    (project / "a.py").chmod(0o750)
    (project / "link.py").symlink_to("a.py")
    klcli("lint", "link.py", "--fix")
    assert (project / "link.py").is_symlink()
    assert stat.S_IMODE((project / "a.py").stat().st_mode) == 0o750
    assert b"right" in (project / "a.py").read_bytes()
    assert sorted(path.name for path in project.iterdir()) == ["a.py", "link.py"]


@pytest.mark.parametrize("failing", ["replace", "chmod"])
def test_a_file_that_cannot_be_written(
    klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    result = klcli("lint", "a.py", "--fix")
    assert result.err == "warning: a.py is not fixed: No space left on device\nfixed 0 of 2 findings\n"
    assert result.status == 1
    assert [path.name for path in project.iterdir()] == ["a.py"]
    assert (project / "a.py").read_bytes() == WRONG.encode()


def test_a_write_protected_file(klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "a.py is not fixed: it is write-protected" in klcli("lint", "a.py", "--fix").err


def test_a_notebook(klcli: Klcli, project: Path) -> None:
    (project / "a.py").unlink()
    raw = '{"cells": [{"cell_type": "code",   "source": ["# true\\n", "x = \\"\\u00e9\\", wrong\\n"]}]}\n'
    (project / "n.ipynb").write_text(raw)
    assert klcli("lint", ".", "--fix").err == "fixed 1 of 1 finding in 1 file\n"
    assert (project / "n.ipynb").read_text() == raw.replace("wrong", "right")


def test_the_linter_itself_is_asked(klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real mistake with a real edit: after it the file is right."""
    monkeypatch.undo()
    monkeypatch.chdir(project)
    text = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()  # é\n"
    (project / "a.py").write_text(text)
    result = klcli("lint", "a.py", "--fix", "--show-terms")
    assert (result.status, result.err) == (0, "fixed 1 of 1 finding in 1 file\n")
    assert "right, for a head that is a log standard deviation" in result.out
    assert (project / "a.py").read_text().endswith(".sum()  # é\n")


NOTEBOOK = '{"cells": [{"cell_type": "code", "source": ["x = \\"é\\", wrong\\n"]}]}\n'


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_notebook_in_another_encoding_is_named_and_the_others_are_fixed(
    klcli: Klcli, project: Path, encoding: str
) -> None:
    (project / "n.ipynb").write_bytes(NOTEBOOK.encode(encoding))
    result = klcli("lint", ".", "--fix")
    assert result.status == 1
    assert result.err == (
        "warning: n.ipynb is not fixed: it is not UTF-8, as notebooks are\nfixed 2 of 3 findings in 1 file\n"
    )
    assert (project / "a.py").read_bytes() == WRONG.replace("wrong", "right").encode()
    assert (project / "n.ipynb").read_bytes() == NOTEBOOK.encode(encoding)


@pytest.mark.parametrize("encoding", ["hex", "idna", "undefined", "unicode_escape", "utf-7", "nonsense"])
def test_modules_that_declare_no_encoding_of_text(klcli: Klcli, project: Path, encoding: str) -> None:
    (project / "m.py").write_bytes(f"# coding: {encoding}\nx = wrong  # é\n".encode("latin-1"))
    result = klcli("lint", ".", "--fix")
    assert result.status in (0, 1)
    assert "internal" not in result.err
    assert b"right" in (project / "a.py").read_bytes()


def test_a_bug_at_one_file_is_named_and_the_others_are_fixed(
    klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = fixing.edited_file

    def fail(data: bytes, path: str, edits: object) -> object:
        if path == "a.py":
            raise KeyError("\x1b[31m")
        return true(data, path, edits)  # type: ignore[arg-type]

    (project / "b.py").write_text("x = wrong\n")
    monkeypatch.setattr(fixing, "edited_file", fail)
    for option in ("--fix", "--diff"):
        result = klcli("lint", ".", option, "-q")
        assert result.status == 3
        assert result.err.startswith(
            "error: a.py is not fixed: the linter failed, which is a bug in klcli: KeyError"
        )
        assert "\x1b" not in result.err
    assert (project / "b.py").read_text() == "x = right\n"


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_links_out_of_the_tree_are_named_and_left_alone(klcli: Klcli, project: Path, option: str) -> None:
    (project / "tree").mkdir()
    (project / "tree" / "in.py").write_text("x = wrong\n")
    (project / "tree" / "round.py").symlink_to("in.py")
    (project / "tree" / "out.py").symlink_to("../a.py")
    for arguments in (("tree",), ("tree/out.py", "tree/in.py")):
        result = klcli("lint", *arguments, option)
        assert result.err.startswith("warning: tree/out.py is not fixed: it is a link to a file elsewhere\n")
        assert result.status == 1
    assert (project / "a.py").read_bytes() == WRONG.encode()
    assert (project / "tree" / "out.py").is_symlink()
    assert ("right" in (project / "tree" / "in.py").read_text()) is (option == "--fix")
    assert klcli("lint", ".", "--fix").status == 0, "in the tree of both it is fixed"


def test_what_is_not_fixed_is_said_in_few_words_too(klcli: Klcli, project: Path) -> None:
    (project / "b").hardlink_to(project / "a.py")
    result = klcli("lint", ".", "--fix", "-q")
    assert result.err == "warning: a.py is not fixed: it has hard links, which would be parted from it\n"
    assert (project / "b").read_bytes() == (project / "a.py").read_bytes() == WRONG.encode()


def test_pipes_are_shown_and_not_fixed(klcli: Klcli, project: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, WRONG.encode())
    os.close(writing)
    result = klcli("lint", f"/dev/fd/{reading}", "--fix")
    os.close(reading)
    assert result.status == 1
    assert "is not fixed: it is a pipe, and only files are replaced\n" in result.err

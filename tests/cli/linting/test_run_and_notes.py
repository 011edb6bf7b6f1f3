"""``klcli lint`` and what it could not check: it is said, whatever the format, and the status is not 0."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import klcli as package
from klcli.cli.formats import FINDING_FORMATS, FORMATS
from klcli.cli.linting import outlining, worker
from klcli.formula.traversal import free_symbols
from klcli.formula.value.budget import SpentError
from klcli.judge import sampler
from klcli.judge.spaces import number_space
from tests.cli.conftest import Klcli, Result

GOOD = "def kl(mu, logvar):\n    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()\n"
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()\n"
CHAIN = "    elif b:\n        x = 2\n" * 1000
R = json.dumps({"cells": [], "metadata": {"language_info": {"name": "R"}}})


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.py").write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    "options", [*(("--format", name) for name in (*FORMATS, *FINDING_FORMATS)), ("-q",), ("-qq",)]
)
def test_a_notebook_that_is_none(klcli: Klcli, options: tuple[str, ...]) -> None:
    Path("a.ipynb").write_text("{")
    result = klcli("lint", ".", *options)
    assert (result.status, result.err) == (2, "warning: a.ipynb was not read: it is no notebook\n")
    result = klcli("lint", "a.ipynb", *options)
    assert (result.status, result.err) == (2, "warning: a.ipynb was not read: it is no notebook\n")


def test_what_is_found_comes_before_what_is_not_read(klcli: Klcli) -> None:
    Path("a.ipynb").write_text("{")
    Path("c.py").write_text(BAD)
    result = klcli("lint", ".", "-q")
    assert (result.status, result.err) == (1, "warning: a.ipynb was not read: it is no notebook\n")
    assert klcli("lint", ".", "--ignore", "KL101", "-q").status == 2
    assert klcli("lint", ".", "--write-baseline", "kl.json", "-q").status == 2


def test_lines_that_are_left_out_are_not_checked(klcli: Klcli) -> None:
    Path("c.py").write_text(f"{GOOD}x = = exp(2) ** 2\n")
    result = klcli("lint", ".", "-q")
    assert result.status == 2
    assert result.err.startswith("warning: c.py was not read: line 3 is no Python 3")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"def f(a, b):\n    if a:\n        x = 1\n{CHAIN}    return x\n{BAD}", "it is too deeply nested"),
        ("x = 1\0\0\0\0", "it is no text: it has null bytes"),
    ],
)
def test_files_that_are_too_much(klcli: Klcli, text: str, reason: str) -> None:
    Path("c.py").write_text(text)
    result = klcli("lint", ".", "-q")
    assert result.status in (1, 2), "a version of Python for which it is not too deep finds the mistake"
    assert result.status == 1 or result.err == f"warning: c.py was not read: {reason}\n"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (MemoryError(), 2, "warning: c.py was not read: there is not enough memory for it\n"),
        (SpentError(), 2, "warning: c.py was not read: it takes more than 25,000,000 evaluations\n"),
        (
            ZeroDivisionError("\x1b"),
            3,
            "error: c.py was not read: the linter failed, which is a bug in klcli: ",
        ),
        (
            OSError(5, "a bug of ours"),
            3,
            "error: c.py was not read: the linter failed, which is a bug in klcli: ",
        ),
    ],
)
def test_what_stops_the_linter_at_one_file(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    """The others are finished; a bug comes before what was found in them, and that before what was not read."""
    true = worker.linted

    def fail(module: object, found: object) -> object:
        if module.path == "c.py":  # type: ignore[attr-defined]
            raise error
        return true(module, found)  # type: ignore[arg-type]

    Path("c.py").write_text(GOOD)
    monkeypatch.setattr(worker, "linted", fail)
    result = klcli("lint", ".", "-q")
    assert (result.status, result.out) == (status, "")
    assert result.err.startswith(said)
    Path("d.py").write_text(BAD)
    result = klcli("lint", ".", "-q")
    assert result.status == (3 if status == 3 else 1)
    assert result.out.startswith("d.py:2:12: KL101")
    assert klcli("lint", ".", "--fix", "-q").status == status


@pytest.mark.parametrize(
    "error", [ArithmeticError("planted"), ZeroDivisionError("planted"), RuntimeError("planted")]
)
@pytest.mark.parametrize(
    ("module", "name", "line"),
    [
        (number_space, "prepare", "return -0.5 * (1 + cursed - mu ** 2 - torch.exp(cursed)).sum()"),
        (sampler, "guards", "return mu + torch.exp(0.5 * cursed) * torch.randn_like(mu)"),
    ],
)
def test_a_bug_in_the_judge_is_told_and_the_others_are_finished(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, line: str, error: Exception
) -> None:
    """No defect of the judge turns into "0 findings", of whatever kind its exception is."""
    true = getattr(module, name)

    def fails(first: Any, *others: Any) -> object:
        if "cursed" in free_symbols(getattr(first, "tree", first)):
            raise error
        return true(first, *others)

    monkeypatch.setattr(module, name, fails)
    Path("c.py").write_text(f"import torch\n\ndef kl(mu, cursed):\n    {line}\n")
    Path("d.py").write_text(BAD)
    result = klcli("lint", ".", "-q")
    said = f"error: c.py was not read: the linter failed, which is a bug in klcli: {type(error).__name__}: planted"
    assert (result.status, result.err) == (3, f"{said}\n")
    assert result.out.startswith("d.py:2:12: KL101")


def test_a_bug_in_the_first_look(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> object:
        raise KeyError("x")

    monkeypatch.setattr(outlining, "outline", fail)
    assert klcli("lint", ".").status == 3


def test_other_languages_are_no_failure_unless_nothing_else_is_there(klcli: Klcli) -> None:
    Path("r.ipynb").write_text(R)
    result = klcli("lint", ".", "-q")
    assert (result.status, result.err) == (0, "note: r.ipynb was not read: its language is R\n")
    assert klcli("lint", "r.ipynb").status == 2


def configured(*patterns: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.klcli]\nexclude = {json.dumps(patterns)}\n")


def test_nothing_is_checked_in_a_folder(klcli: Klcli) -> None:
    configured("**")
    for path in (".", os.getcwd()):
        result = klcli("lint", path, "-q")
        assert (result.status, result.out) == (2, "")
        assert result.err.startswith("error: nothing was checked: every Python file in ")
        assert "exclude in [tool.klcli]" in result.err


def test_files_that_are_named_and_excluded_are_said_and_no_failure(klcli: Klcli) -> None:
    """As a hook names all files that a commit changes."""
    configured("gen/", "m*.py")
    names = [f"m{number}.py" for number in range(6)]
    for name in names:
        Path(name).write_text(BAD)
    result = klcli("lint", "m0.py", "b.py", "-q")
    assert (result.status, result.out, result.err) == (0, "", "note: m0.py is excluded, and not checked\n")
    result = klcli("lint", *names)
    assert result.status == 0
    assert result.err == "note: m0.py, m1.py, m2.py and 3 more are excluded, and not checked\n"
    assert klcli("lint", ".", "m0.py").err == ""


def without_privileges(*arguments: str) -> Result:
    """A run that may read what its user may, even if that is root, who may otherwise read everything."""
    prefix: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root reads everything, and there is no setpriv")
        dropped = "-dac_override,-dac_read_search"
        prefix = ["setpriv", f"--inh-caps={dropped}", f"--bounding-set={dropped}"]
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "klcli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])},
    )
    if "setpriv" in done.stderr:
        pytest.skip("capabilities cannot be dropped here")
    return Result(done.returncode, done.stdout, done.stderr)


def closed(path: Path, mode: int = 0) -> Callable[[], None]:
    before = path.stat().st_mode
    path.chmod(mode)
    return lambda: path.chmod(before)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize(
    ("path", "arguments", "said"),
    [
        ("shut", (".",), "warning: shut was not read: Permission denied\n"),
        ("shut", ("shut",), "warning: shut was not read: Permission denied\n"),
        ("shut", ("shut/a.py",), "error: cannot read shut/a.py: Permission denied\n"),
        ("shut/a.py", (".",), "warning: shut/a.py was not read: Permission denied\n"),
        ("shut/a.py", ("shut/a.py",), "warning: shut/a.py was not read: Permission denied\n"),
        ("pyproject.toml", (".",), "error: cannot read pyproject.toml: Permission denied\n"),
        (
            "kl.json",
            (".", "--baseline", "kl.json"),
            "error: cannot read the baseline kl.json: Permission denied\n",
        ),
    ],
)
def test_what_nobody_may_read_is_said(
    project: Path, path: str, arguments: tuple[str, ...], said: str
) -> None:
    (project / "shut").mkdir()
    for name in ("shut/a.py", "kl.json"):
        (project / name).write_text(BAD)
    configured("gen/")
    opened = closed(project / path)
    try:
        result = without_privileges("lint", *arguments, "-q")
    finally:
        opened()
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(said)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_that_lists_its_files_and_lets_nobody_read_them(project: Path) -> None:
    (project / "shut").mkdir()
    (project / "shut" / "a.py").write_text(BAD)
    opened = closed(project / "shut", 0o444)
    try:
        result = without_privileges("lint", ".", "-q")
    finally:
        opened()
    assert (result.status, result.err) == (2, "warning: shut/a.py was not read: Permission denied\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
@pytest.mark.parametrize("name", ["pyproject.toml", ".gitignore"])
def test_a_pipe_in_the_place_of_a_configuration_is_not_waited_for(klcli: Klcli, name: str) -> None:
    os.mkfifo(name)
    done = subprocess.run(
        [sys.executable, "-m", "klcli", "lint", ".", "-q"],
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])},
    )
    assert done.returncode == 0

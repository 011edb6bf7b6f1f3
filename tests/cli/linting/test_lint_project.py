"""The same findings on one core and on several, and no file that takes the others with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from klcli.cli.linting import crash_proof_pool, failing_files, lint_project, worker
from klcli.cli.linting.crash_proof_pool import spread
from klcli.cli.linting.lint_project import findings_of, lint_files
from klcli.cli.linting.sources import Sources
from klcli.formula.value.budget import spend
from klcli.lint.findings.types import Linted
from klcli.lint.linter import linted
from klcli.lint.project.files import Project
from klcli.lint.source.module import Module

GOOD = "def kl(mu, logvar):\n    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()\n"
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()\n"


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lint_project, "_FEW_LOOKS", 0)
    monkeypatch.setattr(lint_project, "_FEW_FILES", 0)
    names = [f"m{number}.{('py', 'py', 'ipynb')[number % 3]}" for number in range(6)]
    for number, name in enumerate(names):
        Path(name).write_text((GOOD, BAD, "no notebook")[number % 3])
    return names


def lint(names: list[str], jobs: int = 1, sources: Sources | None = None) -> list[Linted]:
    return lint_files(names, sources or Sources(), jobs=jobs, quiet=True)


def test_the_number_of_processes_does_not_matter(names: list[str]) -> None:
    one = lint(names)
    assert [result.path for result in one] == names
    assert [len(result.findings) for result in one] == [0, 1, 0, 0, 1, 0]
    assert [bool(result.unreadable) for result in one] == [False, False, True] * 2
    assert lint(names, jobs=2) == one


def failing(error: BaseException | Callable[[], None]) -> Callable[[Module, Project], Linted]:
    """The linter, but not for the fifth file."""

    def fail(module: Module, project: Project) -> Linted:
        if module.path != "m4.py":
            return linted(module, project)
        if isinstance(error, BaseException):
            raise error
        error()
        return Linted(module.path)

    return fail


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("oops"), "the linter failed, which is a bug in klcli: ZeroDivisionError: oops"),
        (MemoryError(), "there is not enough memory for it"),
        (RecursionError(), "it is too deeply nested"),
        (lambda: spend(2_000_000), "it takes more than 1,000,000 evaluations"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_one_file_does_not_end_the_others(
    names: list[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException | Callable[[], None],
    reason: str,
    jobs: int,
) -> None:
    expected = lint(names)
    monkeypatch.delenv("KLCLI_TRACEBACK", raising=False)
    monkeypatch.setattr(worker, "linted", failing(error))
    monkeypatch.setattr(failing_files, "_MOST_WORK", 1_000_000)
    results = lint(names, jobs)
    assert results[4] == Linted("m4.py", unreadable=reason, is_bug=isinstance(error, ZeroDivisionError))
    assert results[:4] + results[5:] == expected[:4] + expected[5:]


def test_a_bug_is_shown_to_who_looks_for_it(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLCLI_TRACEBACK", "1")
    monkeypatch.setattr(worker, "linted", failing(ZeroDivisionError("oops")))
    for jobs in (1, 2):
        with pytest.raises(ZeroDivisionError):
            lint(names, jobs)


def test_a_process_that_dies_loses_one_file(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = lint(names)
    monkeypatch.setattr(worker, "linted", failing(lambda: os.kill(os.getpid(), signal.SIGKILL)))
    results = lint(names, jobs=2)
    assert results[4] == Linted("m4.py", unreadable="the process that linted it died")
    assert results[:4] + results[5:] == expected[:4] + expected[5:]


@pytest.mark.parametrize("name", ["__init__", "submit"])
def test_without_processes_there_is_still_one(
    names: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(crash_proof_pool.ProcessPoolExecutor, name, refused)
    assert [len(result.findings) for result in lint(names, jobs=2)] == [0, 1, 0, 0, 1, 0]


def test_results_are_in_order_and_counted() -> None:
    done: list[int] = []
    paths = [str(number) for number in range(100)]
    assert spread(len, paths, 3, lambda path: 0, done.append) == {path: len(path) for path in paths}
    assert list(spread(len, paths[::-1], 3, lambda path: 0, done.append)) == paths[::-1]
    assert sum(done) == 200


def test_ctrl_c_ends_the_processes(names: list[str]) -> None:
    start = time.monotonic()
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            spread(_sleep, names, 2, lambda path: None, lambda count: None)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < 20


def _sleep(_: str) -> None:
    time.sleep(30)


def test_what_two_files_found_counts_once(names: list[str]) -> None:
    results = lint(names)
    (found,) = results[1].findings
    other = replace(found, message="in other words")
    assert findings_of([*results, Linted("z.py", (other,))]) == findings_of(results)
    assert [one.place.path for one in findings_of(results[::-1])] == ["m1.py", "m4.py"]


def test_modules_are_forgotten(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A project lets go of its modules when it holds many, and what is found stays the same."""
    expected = lint(names)
    monkeypatch.setattr(worker, "_MOST_CHARACTERS", 1)
    forgotten: list[Project] = []

    class Counted(Project):
        def forget(self) -> None:
            forgotten.append(self)
            super().forget()

    monkeypatch.setattr(worker, "Project", Counted)
    assert lint(names) == expected
    assert len(forgotten) > 1


def test_unreadable_files_are_said(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path(names[0]).unlink()
    Path(names[1]).unlink()
    Path(names[1]).mkdir()
    given = Sources({names[2]: b"x" * 64_000_001})
    reasons = [result.unreadable for result in lint(names, sources=given)[:3]]
    assert reasons[0] == "No such file or directory"
    assert reasons[1] == "Is a directory"
    assert "larger than 64 MB" in reasons[2]


def test_more_processes_than_are_of_use_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def counted(_: object, paths: Sequence[str], jobs: int, *__: object) -> dict[str, Linted]:
        counts.append(jobs)
        return {path: Linted(path) for path in paths}

    monkeypatch.setattr(crash_proof_pool, "spread", counted)
    monkeypatch.setattr("klcli.cli.linting.lint_project.cores", lambda: 100)
    lint([f"{number}.py" for number in range(1000)], jobs=900)
    monkeypatch.setattr("sys.platform", "win32")
    lint([f"{number}.py" for number in range(1000)], jobs=900)
    assert counts == [100, 61]

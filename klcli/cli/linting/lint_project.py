"""Lints files as one project: first a cheap look at all of them, then the linter where it is worth it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from klcli.cli.linting.outlining import Outlining
from klcli.cli.linting.sources import Sources
from klcli.cli.progress import progress
from klcli.lint.findings.types import Finding, Linted
from klcli.lint.project.outlines import Outline

_FEW_LOOKS = 250
"""The same of cheap looks, which take a millisecond or two."""
_FEW_FILES = 12
"""Fewer than these are done before other processes have started."""
_MOST_AWAITED = 61
"""Processes that Windows can wait for at the same time."""

T = TypeVar("T", bound=object)


def lint_files(
    files: Sequence[str], sources: Sources, *, jobs: int | None = None, quiet: bool
) -> list[Linted]:
    """What linting finds in each file, in the order of the files, however many processes there are.

    Args:
        files: their paths, each once.
        sources: where they are read.
        jobs: how many processes; None for as many as there are cores.
        quiet: whether to show no progress.
    """
    jobs = jobs or cores()
    looked = _each(Outlining(sources), files, jobs, _FEW_LOOKS, "files read", quiet)
    outlines = [found for found in looked.values() if isinstance(found, Outline)]
    worth = [found.path for found in outlines if found.is_candidate]
    linted = _linted(worth, sources, outlines, jobs, quiet)
    unreadable = {path: found for path, found in looked.items() if isinstance(found, Linted)}
    return [linted.get(path) or unreadable.get(path) or Linted(path) for path in files]


def _linted(
    worth: Sequence[str], sources: Sources, outlines: Sequence[Outline], jobs: int, quiet: bool
) -> dict[str, Linted]:
    """What the linter finds; it is loaded where there is something for it, and before processes start."""
    if not worth:
        return {}
    from klcli.cli.linting.worker import Worker

    with _without_collections():
        return _each(Worker(sources, outlines), worth, jobs, _FEW_FILES, "files linted", quiet)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Do not search the memory for cycles again and again: millions of nodes of syntax trees have none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def findings_of(results: Sequence[Linted]) -> list[Finding]:
    """All findings in the order of their places; those at one place with one code count once."""
    found = sorted(
        (one for result in results for one in result.findings),
        key=lambda one: (one.place.path, one.place.line, one.place.column, one.mistake.code),
    )
    return list({(one.place, one.mistake.code): one for one in reversed(found)}.values())[::-1]


def _each(
    work: Callable[[str], T | Linted], paths: Sequence[str], jobs: int, few: int, label: str, quiet: bool
) -> dict[str, T | Linted]:
    with progress(len(paths), label, quiet=quiet) as shown:
        advance = shown or _unseen
        if jobs > 1 and len(paths) > few:
            from klcli.cli.linting.crash_proof_pool import NoProcessesError, spread

            with suppress(NoProcessesError):
                return spread(work, paths, min(jobs, len(paths), _most_processes()), _lost, advance)
        found = {}
        for path in paths:
            found[path] = work(path)
            advance(1)
        return found


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


def _most_processes() -> int:
    """How many processes are of any use, whatever is asked for."""
    return _MOST_AWAITED if sys.platform == "win32" else max(_MOST_AWAITED, cores())


def _unseen(_: int) -> None:
    """Tell nobody."""


def _lost(path: str) -> Linted:
    return Linted(path, unreadable="the process that linted it died")

"""What is done with each file: a cheap look at all of them, and the linter for those that are worth it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TypeVar

from klcli.cli.linting.reading import Sources
from klcli.lint.findings import Linted
from klcli.lint.linter import linted
from klcli.lint.project import Outline, Project, outline
from klcli.lint.source import Module, UnreadableError, parsed

__all__ = ["Linting", "Outlining"]

_MOST_MODULES = 100
"""Modules that a project holds before it is begun anew, so that memory does not grow with the files."""
_MOST_SECONDS = 60.0

T = TypeVar("T")


class _TooLongError(BaseException):
    """A file takes too long. No exception that the linter may think its own."""


@dataclass(frozen=True, slots=True)
class Outlining:
    """The cheap look at a file; a file that cannot be read is its own result."""

    sources: Sources

    def __call__(self, path: str) -> Outline | Linted:
        """What a file looks like."""
        return _or_unreadable(path, lambda: outline(self.sources.text(path), path))


@dataclass(slots=True)
class Linting:
    """The linter, with the project that it follows functions through.

    Attributes:
        sources: where files are read.
        outlines: of all files.
    """

    sources: Sources
    outlines: Sequence[Outline]
    _project: Project | None = field(default=None, init=False)
    _loaded: int = field(default=0, init=False)

    def __call__(self, path: str) -> Linted:
        """What is found in a file."""
        return _or_unreadable(path, lambda: self._linted(path))

    def _linted(self, path: str) -> Linted:
        project, self._project = self._project, None  # what an exception leaves behind is not used again
        if project is None or self._loaded > _MOST_MODULES:
            project, self._loaded = Project(self.outlines, self._module_or_none), 0
        known = project.at(path)
        found = linted(known.top.module if known else self._module(path), project)
        self._project = project
        return found

    def _module(self, path: str) -> Module:
        return parsed(self.sources.text(path), path)

    def _module_or_none(self, path: str) -> Module | None:
        self._loaded += 1
        try:
            return self._module(path)
        except (UnreadableError, OSError):
            return None


def _or_unreadable(path: str, found: Callable[[], T]) -> T | Linted:
    """What is found in a file, or why it was not read; no file ends the run of the others."""
    try:
        with _at_most(_MOST_SECONDS):
            return found()
    except UnreadableError as error:
        reason = str(error)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    except RecursionError:
        reason = "it is too deeply nested"
    except MemoryError:
        reason = "there is not enough memory for it"
    except _TooLongError:
        reason = f"it takes longer than {_MOST_SECONDS:g} s"
    except Exception as error:
        if os.environ.get("KLCLI_TRACEBACK"):
            raise
        reason = f"the linter failed, which is a bug in klcli: {type(error).__name__}: {error}"
    return Linted(path, unreadable=reason)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what takes longer, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_: int, __: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

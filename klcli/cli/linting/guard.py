"""What a file does to the linter ends nobody else's run: it is said to be unreadable, with the reason."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from klcli.lint.findings.types import Linted
from klcli.lint.reading.source import ForeignError, UnreadableError

__all__ = ["or_unreadable"]

_MOST_SECONDS = 60.0

T = TypeVar("T")


class _TooLongError(BaseException):
    """A file takes too long. No exception that the linter may think its own."""


def or_unreadable(path: str, found: Callable[[], T]) -> T | Linted:
    """What is found in a file, or why it was not read; a bug is told apart from what a file can do."""
    try:
        with _at_most(_MOST_SECONDS):
            return found()
    except ForeignError as error:
        return Linted(path, unreadable=str(error), is_foreign=True)
    except UnreadableError as error:
        reason = str(error)
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
        return Linted(path, unreadable=reason, is_bug=True)
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

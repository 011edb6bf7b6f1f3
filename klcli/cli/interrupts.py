"""Ctrl-C: how it is told from other errors, and what is said of it."""

from __future__ import annotations

import sys

__all__ = ["INTERRUPTED", "interrupted", "is_interrupt"]

INTERRUPTED = 130
"""The status of a shell for a program that was interrupted: 128 and the number of the signal."""


def is_interrupt(error: BaseException | None) -> bool:
    """Whether Ctrl-C is what happened, or behind it: Python 3.11 makes another error of it in some places."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def interrupted() -> int:
    """Say that Ctrl-C has ended the work; the status that goes with it."""
    print("interrupted", file=sys.stderr)
    return INTERRUPTED

"""What a file does to the linter ends nobody else's run: it is said to be unreadable, with the reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from klcli.formula.value.budget import SpentError, at_most
from klcli.lint.findings.types import Linted
from klcli.lint.source.module import ForeignError, UnreadableError

_MOST_WORK = 25_000_000
"""Evaluations for one file, ten times those of any file that is known: some ten seconds. Counted and not
timed, they are the same on a busy machine, and on every system."""

T = TypeVar("T")


def or_unreadable(path: str, found: Callable[[], T]) -> T | Linted:
    """What is found in a file, or why it was not read; a bug is told apart from what a file can do."""
    try:
        with at_most(_MOST_WORK):
            return found()
    except ForeignError as error:
        return Linted(path, unreadable=str(error), is_foreign=True)
    except UnreadableError as error:
        reason = str(error)
    except RecursionError:
        reason = "it is too deeply nested"
    except MemoryError:
        reason = "there is not enough memory for it"
    except SpentError:
        reason = f"it takes more than {_MOST_WORK:,} evaluations"
    except Exception as error:
        if os.environ.get("KLCLI_TRACEBACK"):
            raise
        reason = f"the linter failed, which is a bug in klcli: {type(error).__name__}: {error}"
        return Linted(path, unreadable=reason, is_bug=True)
    return Linted(path, unreadable=reason)

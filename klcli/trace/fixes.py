"""How a line of the program should be: what lint proposes for it, or else the formula without its mistake."""

from __future__ import annotations

import os
from functools import lru_cache

from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.verification import Verification
from klcli.lint.findings.types import Finding
from klcli.trace.recording import Place

__all__ = ["corrected", "fix_at"]

_LARGEST = 2_000_000
"""Bytes of a file that is read for a fix."""


def fix_at(place: Place | None, mistake: Mistake, lines: int = 1) -> str | None:
    """The statement at a place as it should be; None where lint does not find the mistake there.

    Args:
        place: where it begins.
        mistake: what is wrong.
        lines: how many lines it may begin in.
    """
    if place is None:
        return None
    try:
        state = os.stat(place.path)
    except OSError:
        return None
    if state.st_size > _LARGEST:
        return None
    for one in _linted(place.path, state.st_mtime_ns):
        first, last = one.place.lines
        is_there = first < place.line + lines and place.line <= last
        if is_there and one.mistake is mistake and one.fix:
            return one.fix
    return None


@lru_cache(maxsize=16)
def _linted(path: str, changed: int) -> tuple[Finding, ...]:
    """What lint finds in a file as it is since it was changed last."""
    from klcli.lint.linter import linted
    from klcli.lint.reading.source import UnreadableError, parsed, text_of

    try:
        with open(path, "rb") as file:
            module = parsed(text_of(file.read(), path), path)
    except (OSError, UnreadableError):
        return ()
    return linted(module).findings


def corrected(found: Verification | None) -> str | None:
    """The program of a run without its mistake, where that was found to be the KL."""
    text = found.best.corrected if found else None
    return text.partition("  # ")[0] if text else None

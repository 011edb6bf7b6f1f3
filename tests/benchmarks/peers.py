"""Peers that take part if they work here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def usable(name: str, trial: Callable[[], T]) -> T | None:
    """The result of a first, small use of a peer; None, and a line that says why, if it does not work.

    An import alone shows little, as some libraries import what they need only when they are used. Releases that do
    not fit each other fail in any way, and some end the process.
    """
    try:
        return trial()
    except (Exception, SystemExit) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        print(f"{name} is left out: {reason[0]}")
        return None

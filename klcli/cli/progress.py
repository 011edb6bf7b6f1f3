"""A progress bar on stderr for work that takes longer than a second, where someone is there to see it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

_PATIENCE = 1.0
"""Seconds: what is done sooner needs no bar."""
_TICKS = 200
"""Updates of a bar from its start to its end, more than it has characters."""
_UNKNOWN_STEP = 1 << 21
"""Bytes from one sign of life to the next, where nobody knows how many there will be."""


@contextmanager
def progress(total: int | None, label: str, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Yield a function that is told how much was done; None where nothing is to be shown.

    A total that nobody knows is None: the bar then says only that something is done.

    Args:
        total: how much there is to do; None where nobody knows.
        label: what is done.
        quiet: whether nothing is shown.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    start, done, shown = time.monotonic(), 0, 0
    step = _UNKNOWN_STEP if total is None else total // _TICKS
    bar: Any = None

    def advance(amount: int) -> None:
        nonlocal done, shown, bar
        done += amount
        if done - shown < step:
            return
        if bar is None and time.monotonic() - start > _PATIENCE:
            unknown = iter(int, 1) if total is None else None  # click wants a length or an iterable
            bar = click.progressbar(unknown, length=total, label=label, file=sys.stderr)
            bar.render_progress()
        if bar is not None:
            bar.update(done - bar.pos)
        shown = done

    try:
        yield advance
    finally:
        if bar is not None:
            bar.render_finish()

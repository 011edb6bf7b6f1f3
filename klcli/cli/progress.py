"""A progress bar on stderr for work that takes longer than a second, where someone is there to see it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

__all__ = ["progress"]

_PATIENCE = 1.0
_TICKS = 200


@contextmanager
def progress(total: int, label: str, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Yield a function that is told how much was done; None where nothing is to be shown."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    start, done, shown = time.monotonic(), 0, 0
    bar: Any = None

    def advance(amount: int) -> None:
        nonlocal done, shown, bar
        done += amount
        if done - shown < total // _TICKS:
            return
        if bar is None and time.monotonic() - start > _PATIENCE:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.render_progress()
        if bar is not None:
            bar.update(done - bar.pos)
        shown = done

    try:
        yield advance
    finally:
        if bar is not None:
            bar.render_finish()

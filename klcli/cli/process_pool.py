"""Processes of this machine that end with the block that they work for, in the middle of their work too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children
from typing import Any


@contextmanager
def process_pool(jobs: int, start: Callable[..., object], *given: Any) -> Iterator[ProcessPoolExecutor]:
    """Processes for a block, which are gone when it ends, however it does.

    Args:
        jobs: how many processes, at least one.
        start: is called in each of them before its work.
        given: with what it is called; can be pickled.

    Raises:
        ImportError, NotImplementedError, OSError: the system has no locks for processes.
    """
    others = set(active_children())
    pool = ProcessPoolExecutor(jobs, initializer=start, initargs=given)
    try:
        yield pool
    finally:
        for child in set(active_children()) - others:
            child.terminate()
        # The pool's thread closes its pipes now. One that was still at it when Python ends would be woken
        # through a closed pipe, and the user would read a traceback.
        pool.shutdown(wait=True, cancel_futures=True)

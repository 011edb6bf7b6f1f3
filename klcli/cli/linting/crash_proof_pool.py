"""The same work on many files, on several cores: no result is lost when one file kills a process."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait as wait_for_any
from typing import Any, TypeAlias, TypeVar

from klcli.cli.process_pool import process_pool

_AHEAD = 2
"""Chunks that wait for each process, so that none is ever idle; those in flight are suspects if one dies."""
_CHUNKS = 8
"""For each process, so that those which are done early wait for a small part of the work at the end."""
_LARGEST_CHUNK = 64
"""Files that are looked at once more if one of them ends its process."""

T = TypeVar("T")
Chunk: TypeAlias = Sequence[str]


class NoProcessesError(Exception):
    """The system lets nobody start processes, or has no locks for them."""


_work: Callable[[str], Any]
"""What a process does with a path; every process is given it once."""


def spread(
    work: Callable[[str], T],
    paths: Sequence[str],
    jobs: int,
    lost: Callable[[str], T],
    advance: Callable[[int], None],
) -> dict[str, T]:
    """Do the same with every path, on several processes.

    Args:
        work: gives the result of a path. It catches its own exceptions, and can be pickled.
        paths: each once.
        jobs: how many processes, at least one.
        lost: gives the result of a path on which the process died.
        advance: is told of how many more paths there is a result.

    Returns:
        The results by path, in the order of the paths.

    Raises:
        KeyboardInterrupt: Ctrl-C; the processes have been ended.
        NoProcessesError: there can be none; what has been done is lost.
    """
    size = max(1, min(_LARGEST_CHUNK, len(paths) // (jobs * _CHUNKS)))
    chunks = deque(paths[at : at + size] for at in range(0, len(paths), size))
    found: dict[str, T] = {}
    while chunks:
        suspects = _until_one_dies(work, chunks, jobs, found, advance)
        for path in (path for chunk in suspects for path in chunk):
            if _until_one_dies(work, deque([[path]]), 1, found, advance):
                found[path] = lost(path)
                advance(1)
    return {path: found[path] for path in paths}


def _until_one_dies(
    work: Callable[[str], T],
    chunks: deque[Chunk],
    jobs: int,
    found: dict[str, T],
    advance: Callable[[int], None],
) -> list[Chunk]:
    """Take chunks and work on them until there are none or a process dies: what it may have died of."""
    running: dict[Future[list[T]], Chunk] = {}
    suspects: list[Chunk] = []
    with _pool(work, jobs) as pool:
        while (chunks and not suspects) or running:
            while chunks and not suspects and len(running) < jobs * _AHEAD:
                chunk = chunks.popleft()
                try:
                    running[pool.submit(_done, chunk)] = chunk
                except BrokenProcessPool:
                    suspects.append(chunk)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                chunk = running.pop(future)
                try:
                    found.update(zip(chunk, future.result(), strict=True))
                    advance(len(chunk))
                except BrokenProcessPool:
                    suspects.append(chunk)
    return suspects


@contextmanager
def _pool(work: Callable[[str], Any], jobs: int) -> Iterator[ProcessPoolExecutor]:
    """The processes, if there can be any."""
    try:
        with process_pool(jobs, _start, work) as pool:
            yield pool
    except (ImportError, NotImplementedError, OSError) as error:  # processes start with the first chunk
        raise NoProcessesError from error


def _start(work: Callable[[str], Any]) -> None:
    """Prepare a process; Ctrl-C reaches all of them at once, and only the first has something to say."""
    global _work
    _work = work
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    gc.disable()  # see `lint_project`
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with_the_parent() -> None:
    """Wait for the parent to be gone, however it went, and end at once: nobody waits for results any more.

    A process that lived on would keep the streams open that somebody reads until their end.
    """
    parent = parent_process()
    if parent is not None:
        wait_for_any([parent.sentinel])
    os._exit(1)


def _done(chunk: Chunk) -> list[Any]:
    return [_work(path) for path in chunk]

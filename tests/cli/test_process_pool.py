"""What is left of processes when the block that they work for ends: nothing, however it ends."""

from __future__ import annotations

import os
import threading
import time
from contextlib import nullcontext
from multiprocessing import Process, active_children
from pathlib import Path

import pytest

from klcli.cli.process_pool import process_pool


@pytest.mark.parametrize("ending", [KeyboardInterrupt, OSError, None])
def test_neither_processes_nor_threads_are_left(ending: type[BaseException] | None) -> None:
    children, threads = set(active_children()), set(threading.enumerate())
    with pytest.raises(ending) if ending else nullcontext(), process_pool(2, float, "0.5") as pool:
        running = [pool.submit(time.sleep, 120) for _ in range(5)]
        if ending:
            raise ending
    # A thread that still closes pipes while Python ends makes it print a traceback.
    assert set(threading.enumerate()) - threads == set()
    assert set(active_children()) - children == set()
    assert all(future.done() for future in running)


def test_each_process_begins_with_what_it_is_given(tmp_path: Path) -> None:
    with process_pool(1, os.chdir, tmp_path) as pool:
        assert pool.submit(os.getcwd).result() == os.path.realpath(tmp_path)


def test_processes_that_are_no_part_of_it_go_on() -> None:
    other = Process(target=time.sleep, args=(60,))
    other.start()
    try:
        with process_pool(1, float, "0.5") as pool:
            pool.submit(abs, -1).result()
        assert other.is_alive()
    finally:
        other.kill()
        other.join()

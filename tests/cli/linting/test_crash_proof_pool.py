"""Workers end with their parent, however it ends, and so let go of the streams that somebody reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import klcli
from klcli.cli.linting.crash_proof_pool import spread

METHODS = ("fork", "spawn", "forkserver")


def sleep(path: str) -> None:
    """Work that takes longer than any test waits."""
    with Path(path).open("w") as file:
        file.write(str(os.getpid()))
    time.sleep(120)


def main() -> None:
    """Two processes that sleep, started in the way that is named first."""
    import multiprocessing

    multiprocessing.set_start_method(sys.argv[1])
    spread(sleep, sys.argv[2:], 2, lambda path: None, lambda count: None)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # Where nobody waits for it, one that has ended is still listed.
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_their_parent(tmp_path: Path, method: str, number: int) -> None:
    files = [tmp_path / "1", tmp_path / "2"]
    program = "from tests.cli.linting.test_crash_proof_pool import main\nif __name__ == '__main__': main()"
    (tmp_path / "main.py").write_text(program)
    environment = os.environ | {"PYTHONPATH": str(Path(klcli.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "main.py"), method, *map(str, files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    ) as running:
        try:
            workers = [_written(file) for file in files]
            running.send_signal(number)
            running.communicate(timeout=30)  # these streams end when the last process does
            end = time.monotonic() + 10
            while any(map(is_alive, workers)) and time.monotonic() < end:
                time.sleep(0.05)
            assert not any(map(is_alive, workers))
        finally:
            os.killpg(running.pid, signal.SIGKILL) if _has_group(running.pid) else None
    assert running.returncode == -number


def _written(file: Path) -> int:
    """The number that a process writes into a file as soon as it works."""
    end = time.monotonic() + 60
    while not (file.exists() and file.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    return int(file.read_text())


def _has_group(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

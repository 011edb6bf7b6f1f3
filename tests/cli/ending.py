"""Waits for a process that a test has started, and leaves none behind."""

from __future__ import annotations

import subprocess
from typing import Any


def output_of(running: subprocess.Popen[Any], seconds: float = 60) -> tuple[Any, Any]:
    """What a process writes until it ends; one that does not is killed, so that the test fails and goes on."""
    try:
        return running.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        running.kill()
        raise

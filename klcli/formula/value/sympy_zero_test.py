"""Decides with sympy whether an expression is zero for all values of its symbols."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SECONDS = 5.0
"""How long sympy may work on one expression, where the platform has timers."""


def vanishes(expression: Any, seconds: float = SECONDS) -> bool:
    """Whether sympy shows that an expression is zero; False where it does not, or not within the time.

    The logarithms are taken to be those of products of positive factors.
    """
    import sympy

    def shown() -> bool:
        expanded = sympy.expand(sympy.expand_log(sympy.expand(expression), force=True))
        return bool(expanded == 0) or bool(sympy.simplify(expanded) == 0)

    return _within(seconds, shown)


def _within(seconds: float, decide: Callable[[], bool]) -> bool:
    """What `decide` says, or False when the time is over."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return decide()

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return decide()
    except TimeoutError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

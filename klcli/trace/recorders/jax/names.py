"""What the variables of a program are called: marks that are put into its equations while these are made.

A function that returns still has its variables, and JAX has a primitive that gives an array a name, and does
nothing else.
"""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jax.ad_checkpoint import checkpoint_name

from .places import is_of_jax, is_of_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["mark_of", "named"]

_MARK = "klcli "
"""With which names begin that the program did not give."""
_FOREIGN = (jax.errors.UnexpectedTracerError, TypeError, ValueError)
"""What an array raises that belongs to a trace that is over, or cannot have a name."""


@contextmanager
def named() -> Iterator[None]:
    """Give arrays the names of the variables that hold them when a function returns."""
    before = sys.getprofile()
    sys.setprofile(_told)
    try:
        yield
    finally:
        sys.setprofile(before)


def _told(frame: FrameType, event: str, value: Any) -> None:
    code = frame.f_code
    if event != "return" or not code.co_flags & inspect.CO_OPTIMIZED:
        return
    if is_of_jax(code.co_filename) or is_of_library(code.co_filename):
        return
    held = frame.f_locals
    for name in (*code.co_varnames, *code.co_cellvars):
        array: Any = held.get(name)
        # Objects of libraries that are not made yet do not know their class when they are asked.
        if issubclass(type(array), jax.core.Tracer) and jnp.issubdtype(array.dtype, jnp.floating):
            try:
                checkpoint_name(array, _MARK + name)
            except _FOREIGN:
                continue


def mark_of(name: str) -> str | None:
    """The name of a variable that a mark gives; None for a name that the program gave."""
    return name[len(_MARK) :] if name.startswith(_MARK) else None

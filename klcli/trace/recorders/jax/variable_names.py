"""What the variables of a program are called: marks that are put into its equations while these are made.

A function that returns still has its variables, and JAX has a primitive that gives an array a name, and does
nothing else. What a library's cross-entropy gives back is marked as that, as its equations pick entries.
"""

from __future__ import annotations

import inspect
import json
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jax.ad_checkpoint import checkpoint_name

from .places import is_of_jax, is_of_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_MARK = "klcli "
"""With which names begin that the program did not give."""
_LIKELIHOOD = "klcli-likelihood "
"""With which marks begin of what a likelihood gives back: its name, and the shapes of its two arrays."""
_LIKELIHOODS = {
    "softmax_cross_entropy": ("logits", "labels"),
    "softmax_cross_entropy_with_integer_labels": ("logits", "labels"),
    "categorical_crossentropy": ("output", "target"),
    "sparse_categorical_crossentropy": ("output", "target"),
}
"""Cross-entropies of optax and of Keras, with what they call what they compare."""
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
    if is_of_jax(code.co_filename):
        return
    held = frame.f_locals
    if is_of_library(code.co_filename):
        if code.co_name in _LIKELIHOODS:
            shapes = [getattr(held.get(name), "shape", ()) for name in _LIKELIHOODS[code.co_name]]
            _mark(value, _LIKELIHOOD + json.dumps(["cross_entropy", *shapes]))
        return
    for name in (*code.co_varnames, *code.co_cellvars):
        _mark(held.get(name), _MARK + name)


def _mark(array: Any, text: str) -> None:
    # Objects of libraries that are not made yet do not know their class when they are asked.
    if issubclass(type(array), jax.core.Tracer) and jnp.issubdtype(array.dtype, jnp.floating):
        with suppress(*_FOREIGN):
            checkpoint_name(array, text)


def mark_of(name: str) -> str | None:
    """The name of a variable that a mark gives; None for a name that the program gave."""
    return name[len(_MARK) :] if name.startswith(_MARK) else None


def likelihood_of(name: str) -> tuple[str, list[list[int]]] | None:
    """The name of the likelihood that a mark tells of, and the shapes of what it compares."""
    if not name.startswith(_LIKELIHOOD):
        return None
    kind, *shapes = json.loads(name[len(_LIKELIHOOD) :])
    return kind, shapes

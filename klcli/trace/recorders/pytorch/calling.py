"""A function that is called with tensors of its own: what it did, gave back, and has for gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from .recorder import Recorder
from .tensors import values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["SHORT", "call"]

SHORT = ("float16", "bfloat16", "float32")
"""Precisions in which a function may lose its digits."""


def call(
    function: Callable[..., Any],
    given: Mapping[str, tuple[Sequence[int], Sequence[float]]],
    dtype: str,
    others: Mapping[str, Any],
) -> dict[str, Any]:
    """Call a function with tensors of its own, and tell what it did, gave back and has for gradients.

    Args:
        function: the function; the tensors are its first arguments.
        given: shapes and entries of the tensors by their names.
        dtype: their precision, such as ``float32``.
        others: further arguments by their names.

    Raises:
        TypeError: it gives back no tensor.
    """
    tensors = []
    with Recorder() as recorder:
        for name, (shape, values) in given.items():
            tensor = torch.tensor(list(values), dtype=getattr(torch, dtype)).reshape(tuple(shape))
            tensors.append(tensor.detach().requires_grad_())
            recorder.node_of(tensors[-1]).names.append(name)
        out = function(*tensors, **others)
        if not isinstance(out, torch.Tensor):
            raise TypeError(f"it gives back {type(out).__name__} and no tensor")
        recorder.note_loss(out, tensors)
    gradients: list[Any] = [None] * len(tensors)
    if out.requires_grad:
        gradients = list(torch.autograd.grad(out.sum(), tensors, allow_unused=True))
    return {
        "document": recorder.document(),
        "shape": list(out.shape),
        "values": values_of(out),
        "gradients": {
            name: None if one is None else values_of(one)
            for name, one in zip(given, gradients)  # noqa: B905
        },
    }

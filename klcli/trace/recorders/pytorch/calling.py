"""A function that is called with tensors of its own: what it did, gave back, and has for gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from .recorder import Recorder
from .tensor_nodes import values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..notes import Function, ShapedEntries

SHORT = ("float16", "bfloat16", "float32")
"""Precisions in which a function may lose its digits."""


def call(function: Function, given: ShapedEntries, dtype: str, others: Mapping[str, Any]) -> dict[str, Any]:
    """Call a function with tensors of its own, and tell what it did, gave back and has for gradients.

    Args:
        function: the function; the tensors are its first arguments.
        given: shapes and entries of the tensors by their names.
        dtype: their precision, such as ``float32``.
        others: further arguments by their names.

    Raises:
        TypeError: it gives back no tensor.
    """
    tensors = _tensors(given, dtype)
    with Recorder() as recorder:
        for name, tensor in zip(given, tensors):  # noqa: B905 (there is no strict in 3.8)
            recorder.node_of(tensor).names.append(name)
        out = _result(function, tensors, others)
        recorder.note_loss(out, tensors)
    return {"document": recorder.document(), **_numbers(out, dict(zip(given, tensors)))}  # noqa: B905


def call_unnoted(
    function: Function, given: ShapedEntries, dtype: str, others: Mapping[str, Any]
) -> dict[str, Any]:
    """What a function gives back and has for gradients, without noting what it did, which takes its time.

    Args:
        function: gives back a tensor.
        given: the shapes and entries of its first arguments, by their names.
        dtype: their precision, such as ``float32``.
        others: further arguments by their names.
    """
    tensors = _tensors(given, dtype)
    return _numbers(_result(function, tensors, others), dict(zip(given, tensors)))  # noqa: B905


def _tensors(given: ShapedEntries, dtype: str) -> list[Any]:
    own = getattr(torch, dtype)
    return [
        torch.tensor(list(entries), dtype=own).reshape(tuple(shape)).detach().requires_grad_()
        for shape, entries in given.values()
    ]


def _result(function: Function, tensors: Sequence[Any], others: Mapping[str, Any]) -> Any:
    out = function(*tensors, **others)
    if not isinstance(out, torch.Tensor):
        raise TypeError(f"it gives back {type(out).__name__} and no tensor")
    return out


def _numbers(out: Any, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a result, and its gradients with respect to some tensors."""
    gradients: list[Any] = [None] * len(tensors)
    if out.requires_grad:
        gradients = list(torch.autograd.grad(out.sum(), list(tensors.values()), allow_unused=True))
    return {
        "shape": list(out.shape),
        "values": values_of(out),
        "gradients": {
            name: None if one is None else values_of(one)
            for name, one in zip(tensors, gradients)  # noqa: B905
        },
    }

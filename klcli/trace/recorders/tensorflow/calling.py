"""A function that is called with tensors of its own: what it did, gave back, and has for gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from .recorder import TensorflowRecorder
from .tensor_nodes import shape_of, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        ValueError: TensorFlow cannot compute it.
    """
    try:
        return _called(function, given, dtype, others)
    except tf.errors.OpError as error:
        raise ValueError(error.message) from error


def _called(
    function: Function, given: ShapedEntries, dtype: str, others: Mapping[str, Any]
) -> dict[str, Any]:
    tensors = [tf.reshape(tf.constant(list(values), dtype), shape) for shape, values in given.values()]
    tape = tf.GradientTape(persistent=True, watch_accessed_variables=False)
    with TensorflowRecorder() as recorder, tape:
        tape.watch(tensors)
        inputs = {name: recorder.node_of(one) for name, one in zip(given, tensors)}  # noqa: B905 (not in 3.8)
        for name, node in inputs.items():
            node.names.append(name)
        out = function(*tensors, **others)
        if not tf.is_tensor(out):
            raise TypeError(f"it gives back {type(out).__name__} and no tensor")
        recorder.note_loss(out)
    slopes = tape.gradient(out, tensors)
    gradients = {name: None if one is None else values_of(one) for name, one in zip(given, slopes)}  # noqa: B905
    recorder.losses[-1]["gradients"] = [
        {"of": recorder.losses[-1]["node"], "by": node, "values": gradients[name]}
        for name, node in inputs.items()
        if gradients[name] is not None
    ]
    return {
        "document": recorder.document(),
        "shape": list(shape_of(out)),
        "values": values_of(out),
        "gradients": gradients,
    }

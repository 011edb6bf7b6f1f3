"""A module of TensorFlow, or a layer of Keras on it, that is called with tensors, and its loss."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from ..keras_backend import backend_of_keras, is_layer
from ..module_losses import CalledModule, check_shapes, recording_of
from .recorder import TensorflowRecorder
from .tensor_nodes import has_gradient

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_trained(found: Any) -> bool:
    """Whether something is a module of TensorFlow, or a layer of Keras on it."""
    return isinstance(found, tf.Module) or (is_layer(found) and backend_of_keras() == "tensorflow")


def call_module(module: Any, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> dict[str, Any]:
    """The recording of a module that is called with tensors of some shapes, and of its loss.

    Args:
        module: of TensorFlow, or a layer of Keras.
        inputs: the shapes of its inputs, whose entries are between 0 and 1.
        given: further arguments of its forward and of its loss, by their names.

    Raises:
        RefusedError: no shapes are given, or it cannot be called with these.
    """
    check_shapes(module, inputs)
    tf.random.set_seed(0)
    tensors = [tf.random.uniform(shape) for shape in inputs]
    signature = module.call if is_layer(module) else module.__call__

    def method(name: str) -> Any:
        own = getattr(module, name, None)
        return own if inspect.isroutine(own) else None

    called = CalledModule(module, module, signature, tf.Tensor, has_gradient, method, {"model": module}.get)
    tape = tf.GradientTape(persistent=True)
    return recording_of(TensorflowRecorder(), called, lambda: tensors, given, tape)

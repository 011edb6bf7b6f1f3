"""Models of Keras that are called with arrays of some shapes: those that train themselves are fitted once.

A step of theirs has the loss: ``train_step``, what ``compile`` was given, what layers have added. Which
framework Keras computes with makes no difference there; a model without all that is left to that framework.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from .frameworks import RefusedError, recorder_of
from .keras_backend import backend_of_keras
from .module_losses import check_shapes, tried

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_trained(found: Any) -> bool:
    """Whether something is a model of Keras."""
    return isinstance(found, sys.modules["keras"].Model)


def call_module(model: Any, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> dict[str, Any]:
    """The recording of a step in which a model is fitted, or of a call and a function that makes its loss.

    Args:
        model: of Keras.
        inputs: the shapes of its inputs, and of its target if that is another array; entries are between 0
            and 1.
        given: further arguments of its forward and of its loss, by their names.

    Raises:
        RefusedError: no shapes are given, or it cannot be called with these, or nothing makes a loss.
    """
    check_shapes(model, inputs)
    keras: Any = sys.modules["keras"]
    keras.utils.set_random_seed(0)
    arrays = [keras.ops.convert_to_numpy(keras.random.uniform(tuple(shape))) for shape in inputs]
    has_step = type(model).train_step is not keras.Model.train_step
    if not has_step:
        own = [one for one in inspect.signature(model.call).parameters.values() if one.default is one.empty]
        count = len(getattr(model, "inputs", None) or own)
        tried(model, [_one_or_all(arrays[:count])], {}, object, "--input")
    if not has_step and not _has_compiled_loss(model) and not model.losses:
        return _called(model, inputs, given)
    if not model.compiled:
        model.compile(optimizer="sgd")
    if has_step:
        data = [_one_or_all(arrays)]
    elif _has_compiled_loss(model):
        # What an autoencoder is held against is its input.
        data = [_one_or_all(arrays[:count]), _one_or_all(arrays[count:] or arrays[:count])]
    else:
        data = [_one_or_all(arrays[:count])]
    recorder = recorder_of(backend_of_keras() or "").Recorder()
    named = {"batch_size": inputs[0][0], "epochs": 1, "shuffle": False, "verbose": 0}
    with recorder:
        tried(model.fit, data, named, object)
    document = recorder.document()
    said = f"the loss is that of {type(model).__name__}.fit"
    return dict(document, warnings=[said, *document["warnings"]])


def _one_or_all(arrays: Sequence[Any]) -> Any:
    return arrays[0] if len(arrays) == 1 else list(arrays)


def _has_compiled_loss(model: Any) -> bool:
    """Whether a model was given a loss when it was compiled."""
    return bool(model.compiled and getattr(model, "_compile_loss", None) is not None)


def _called(model: Any, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> dict[str, Any]:
    """The recording of a model that is called, by the framework of Keras.

    Raises:
        RefusedError: that calls no modules.
    """
    recorder = recorder_of(backend_of_keras() or "")
    if not recorder.is_trained(model):
        hint = "compile it with a loss, or add one in a layer: self.add_loss(kl)"
        raise RefusedError(f"{type(model).__name__} has no loss", hint)
    found: dict[str, Any] = recorder.call_module(model, inputs, given)
    return found

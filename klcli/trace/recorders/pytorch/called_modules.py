"""A module of PyTorch that is called with arrays of some shapes, and its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ..keras_backend import is_layer
from ..module_losses import CalledModule, check_shapes, recording_of
from .recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_trained(found: Any) -> bool:
    """Whether something is a module with parameters."""
    return isinstance(found, torch.nn.Module) and next(found.parameters(), None) is not None


def call_module(module: Any, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> dict[str, Any]:
    """The recording of a module that is called with arrays of some shapes, and of its loss.

    Args:
        module: with parameters.
        inputs: the shapes of its inputs, whose entries are between 0 and 1.
        given: further arguments of its forward and of its loss, by their names.

    Raises:
        RefusedError: no shapes are given, or it cannot be called with these.
    """
    check_shapes(module, inputs)
    torch.manual_seed(0)

    def method(name: str) -> Any:
        own = getattr(module, name, None)
        return own if callable(own) and not isinstance(own, torch.nn.Module) else None

    called = CalledModule(
        module,
        module,
        module.call if is_layer(module) else module.forward,
        torch.Tensor,
        lambda tensor: bool(tensor.requires_grad),
        method,
        {"model": module}.get,
    )
    return recording_of(Recorder(), called, lambda: [torch.rand(tuple(one)) for one in inputs], given)

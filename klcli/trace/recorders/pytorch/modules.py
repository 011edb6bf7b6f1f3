"""A module of PyTorch that is called with arrays of some shapes, and its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ..keras import is_layer
from ..modules import CalledModule, check_shapes, found_losses
from ..signatures import placed_parameters
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
    signature = module.call if is_layer(module) else module.forward
    with Recorder() as recorder:
        tensors = [torch.rand(tuple(shape)) for shape in inputs]
        for one, tensor in zip(placed_parameters(signature), tensors):  # noqa: B905 (there is no strict in 3.8)
            recorder.node_of(tensor).names.append(one.name)

        def name_of(tensor: Any) -> str | None:
            node = recorder.table.get(tensor)
            return node.names[-1] if node is not None and node.names else None

        losses, said = found_losses(_called(module, signature, name_of), tensors, given)
        for loss in losses:
            recorder.note_loss(loss)
    document = recorder.document(finds_loss=False)
    return dict(document, warnings=[said, *document["warnings"]])


def _called(module: Any, signature: Any, name_of: Any) -> CalledModule:
    def method(name: str) -> Any:
        own = getattr(module, name, None)
        return own if callable(own) and not isinstance(own, torch.nn.Module) else None

    return CalledModule(
        module,
        module,
        signature,
        torch.Tensor,
        lambda tensor: bool(tensor.requires_grad),
        name_of,
        method,
        {"model": module}.get,
    )

"""Tensors as nodes: leaves with their values, versions and origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ..notes import CONSTANTS, ENDS, Node, all_written

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW_VALUES = 4096
"""Entries of a sum whose values are noted, and of a leaf as soon as something is computed from it."""


def leaf(
    tensor: Any, place: Any, made_by: str, sources: Sequence[int] = (), operands: Sequence[Node] = ()
) -> Node:
    """A leaf with the values of a small tensor that trains nothing.

    Args:
        tensor: of which no more is known.
        place: where it was met.
        made_by: what made it, in words or as the name of a function.
        sources: the numbers of the leaves that it was computed from.
        operands: the nodes that it is computed from by linear algebra.
    """
    args = operands if all(one.origins for one in operands) else ()
    node = Node("leaf", args, tensor.shape, str(tensor.dtype).split(".")[-1], tensor.requires_grad, place)
    if node.origins is None:
        node = Node("leaf", (), tensor.shape, node.dtype, node.grad, place)
    node.more["made_by"] = made_by
    node.add_sources(sources)
    if not tensor.requires_grad and tensor.numel() <= CONSTANTS:
        note_values(node, tensor)
    return node


def note_operands(args: Sequence[Any], given: Sequence[Any], *, of_matrices: bool = False) -> None:
    """Note the values of small leaves, and of what has a name, that something is computed from.

    The tensors may be gone later. They are noted at every use, as ``.data`` changes a tensor that does not
    know of it.

    Args:
        args: what a call was given.
        given: the same with nodes for tensors.
        of_matrices: whether it is one of linear algebra, which has square matrices for a purpose.
    """
    for tensor, node in zip(args, given):  # noqa: B905 (there is no strict in 3.8)
        if not isinstance(node, Node):
            continue
        is_square = of_matrices and len(node.shape) > 1 and node.shape[-1] == node.shape[-2]
        if node.op not in ENDS and not node.names and not is_square:
            continue
        if tensor.numel() <= FEW_VALUES and node.version == version(tensor):
            note_values(node, tensor)


def note_values(node: Node, tensor: Any) -> None:
    """Write the values of a tensor into its node, if they are at hand."""
    if tensor.device.type == "cpu" and is_plain(tensor):
        node.more["values"] = values_of(tensor)


def note_view(node: Node, out: Any, base: Any) -> None:
    """Write into a part of an array where its entries are in the memory that both share.

    Tensors that ``torch.func`` wraps have no memory of their own.

    Args:
        node: of the part.
        out: the part.
        base: the array.
    """
    if not isinstance(base, torch.Tensor) or out.numel() > FEW_VALUES:
        return
    if not all(is_plain(one) and one is unwrapped(one) for one in (out, base)):
        return
    if out.untyped_storage().data_ptr() == base.untyped_storage().data_ptr():
        places = [base.storage_offset(), list(base.stride()), out.storage_offset(), list(out.stride())]
        node.more["view"] = places


def is_plain(tensor: Any) -> bool:
    """Whether a tensor has values: none that stands for a batch of others, or for none."""
    inner = unwrapped(tensor)
    return not _is_wrapped(inner) and inner.device.type != "meta" and inner.layout == torch.strided


def is_trained(tensor: Any) -> bool:
    """Whether gradients end in a tensor, as in a parameter; a view under ``no_grad`` only says so."""
    base = tensor._base
    is_view = base is not None and base.requires_grad
    return tensor.requires_grad and tensor.grad_fn is None and not is_view and unwrapped(tensor) is tensor


def unwrapped(tensor: Any) -> Any:
    """The tensor that the gradients of ``torch.func`` are taken of, or the tensor itself."""
    while _is_wrapped(tensor) and torch._C._functorch.is_gradtrackingtensor(tensor):
        tensor = torch._C._functorch.get_unwrapped(tensor)
    return tensor


def _is_wrapped(tensor: Any) -> bool:
    known = getattr(torch._C._functorch, "is_functorch_wrapped_tensor", None)
    return known is not None and bool(known(tensor))


def values_of(tensor: Any) -> list[Any]:
    """Its entries as JSON has them."""
    return all_written(tensor.detach().to("cpu", torch.float64).reshape(-1).tolist())


def version(tensor: Any) -> int | None:
    """How often a tensor was changed in place, where that is known."""
    try:
        return int(tensor._version)
    except RuntimeError:  # tensors of inference mode do not track it
        return None


def origin(tensor: Any) -> str:
    """What made a tensor of which nothing was noted."""
    if isinstance(unwrapped(tensor), torch.nn.Parameter):
        return "a parameter"
    step = tensor.grad_fn
    return "an input" if step is None else step.name()

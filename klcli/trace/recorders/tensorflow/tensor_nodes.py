"""Tensors as nodes and numbers: leaves with their values, and what a tape makes of them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tensorflow.python import pywrap_tfe
from tensorflow.python.framework import ops

from ..intended_numbers import meant
from ..notes import CONSTANTS, Node, all_written

if TYPE_CHECKING:
    from collections.abc import Sequence


def leaf(tensor: Any, grad: bool, place: Any, made_by: str, sources: Sequence[int] = ()) -> Node:
    """A leaf with the values of a small tensor that trains nothing.

    Args:
        tensor: what it stands for.
        grad: whether it has a gradient.
        place: where in the program it was first met.
        made_by: what computed it.
        sources: the serial numbers of the leaves that it was computed from, where these are known.
    """
    node = Node("leaf", (), shape_of(tensor), dtype_of(tensor), grad, place, made_by=made_by)
    node.add_sources(sources)
    if not node.grad and size_of(tensor) <= CONSTANTS:
        node.more["values"] = values_of(tensor)
    return node


def has_gradient(tensor: Any) -> bool:
    """Whether a tape that records knows a tensor."""
    return bool(pywrap_tfe.TFE_Py_TapeSetShouldRecordBackprop([tensor]))


# Types of operations, of which a program meets a few hundred.
@lru_cache(maxsize=1000)
def is_differentiable(kind: str) -> bool:
    """Whether TensorFlow has a gradient for a type of operation that is other than nothing."""
    registry = getattr(ops, "gradient_registry", None) or ops._gradient_registry
    try:
        return kind != "StopGradient" and registry.lookup(kind) is not None
    except LookupError:
        return False


def is_numeric(tensor: Any) -> bool:
    """Whether a tensor has numbers for entries."""
    return bool(tensor.dtype.is_floating or tensor.dtype.is_integer)


def number_of(tensor: Any) -> Any:
    """A single number as it was meant; None of a tensor of any other shape."""
    if tensor.shape.rank != 0:
        return None
    return meant(tensor.numpy().item(), dtype_of(tensor))


def values_of(tensor: Any) -> list[Any]:
    """Its entries as JSON has them."""
    return all_written(tensor.numpy().astype("float64").reshape(-1).tolist())


def shape_of(tensor: Any) -> tuple[int, ...]:
    """The lengths of its axes."""
    return tuple(map(int, tensor.shape))


def size_of(tensor: Any) -> int:
    """How many entries it has."""
    return int(tensor.shape.num_elements())


def dtype_of(tensor: Any) -> str:
    """Its precision, such as ``float32``."""
    return str(tensor.dtype.name)

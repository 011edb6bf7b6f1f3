"""Layers of a network that are written as a product and a bias: one affine function, one leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .notes import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_PRODUCTS = ("matmul", "mm", "bmm", "batchmatmul", "batchmatmulv2", "einsum", "tensordot")
_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
_UNCHANGED = ("same", "shape", "spread")


def biased(given: Sequence[Any]) -> Node | None:
    """The leaf that a layer and its bias are together; None if two operands of a sum are no such two."""
    if len(given) != 2 or not all(isinstance(one, Node) for one in given):
        return None
    for layer, bias in (given, given[::-1]):
        made_by = layer.more.get("made_by", "")
        if layer.is_noisy:  # a sample of a Gaussian: its mean and its factor times noise
            continue
        if layer.op == "leaf" and made_by.lower() in _PRODUCTS + _CONVOLUTIONS and _is_parameter(bias):
            return Node("leaf", (), made_by=made_by)
    return None


def _is_parameter(node: Node) -> bool:
    while node.op in _UNCHANGED and isinstance(node.args[0], Node):
        node = node.args[0]
    return node.op == "leaf" and node.more.get("made_by") == "a parameter"

"""Sums and means over arrays that stand side by side, as those of the steps of a sequence or of layers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .notes import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 64
"""Arrays that are added up one by one."""


def reduced_stack(name: str, first: Node, axes: Sequence[int] | None, *, keepdim: bool) -> Node | None:
    """The sum or mean over the axis that arrays stand along, and over others: of the sum of the arrays.

    Args:
        name: ``sum`` or ``mean``.
        first: the arrays, side by side.
        axes: over which is summed; None for all.
        keepdim: whether these are kept, with one entry.
    """
    if first.more.get("call") != "stack" or not 0 < len(first.args) <= _MOST or keepdim:
        return None
    rank = len(first.shape)
    own, axis = [one % rank for one in axes or range(rank)], first.more["axis"] % rank
    if axis not in own:
        return None
    total, *others = first.args
    for one in others:
        total = Node("add", (total, one), one.shape, one.dtype, total.grad or one.grad)
    if name == "mean":
        total = Node("div", (total, len(first.args)), total.shape, total.dtype, total.grad)
    rest = [one - (one > axis) for one in own if one != axis]
    return Node(name, (total,), axes=rest, keepdim=False) if rest else Node("same", (total,))

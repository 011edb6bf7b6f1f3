"""Arrays that take their entries from another one: their places in the memory of that, as strides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .notes import Node

if TYPE_CHECKING:
    from collections.abc import Sequence


def transposed(first: Node, permutation: Sequence[int], key: str) -> Node:
    """An array with its axes in another order.

    Args:
        first: the array.
        permutation: the axes of it, in the order that they get.
        key: tells the part from others of that array.
    """
    strides = _strides(first.shape)
    return _part(first, key, [strides[axis] for axis in permutation])


def diagonal(first: Node, key: str) -> Node | None:
    """The diagonals of square matrices that stand along the last two axes; None for other arrays."""
    if len(first.shape) < 2 or first.shape[-1] != first.shape[-2]:
        return None
    *outer, row, column = _strides(first.shape)
    return _part(first, key, [*outer, row + column])


def _part(first: Node, key: str, strides: list[int]) -> Node:
    view: list[Any] = [0, _strides(first.shape), 0, strides]
    return Node("part", (first,), key=key, view=view)


def _strides(shape: Sequence[int]) -> list[int]:
    """How far apart neighbours along each axis are, row by row."""
    found = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        found[axis] = found[axis + 1] * shape[axis + 1]
    return found

"""Sums and means over arrays that stand side by side, as those of the steps of a sequence or of layers do.

Weights, masks and sums of each come before: what leads from the arrays to such a sum is done to each of them.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from .notes import ENDS, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 64
"""Arrays that are added up one by one."""
_DEEPEST = 6
"""Operations between the arrays and their sum."""
_EXTREMES = ("max", "amax", "min", "amin")
"""Functions that take one of several arrays, and train nothing of the others."""


def reduced_stack(name: str, first: Node, axes: Sequence[int] | None, *, keepdim: bool) -> Node | None:
    """The sum or mean over the axis that arrays stand along, and over others: of the sum of the arrays.

    Args:
        name: ``sum`` or ``mean``.
        first: the arrays, side by side.
        axes: over which is summed; None for all.
        keepdim: whether these are kept, with one entry.
    """
    found = None if keepdim or first.op == "stack" else _side_by_side(first, _DEEPEST)
    if found is None or not 0 < len(found[1]) <= _MOST:
        return None
    (axis, arrays), rank = found, len(first.shape)
    own = [one % rank for one in axes or range(rank)]
    if axis not in own:
        return None
    total, *others = arrays
    for one in others:
        total = _each("add", (total, one))
    if name == "mean":
        total = _each("div", (total, len(arrays)))
    rest = [one - (one > axis) for one in own if one != axis]
    return Node(name, (total,), axes=rest, keepdim=False) if rest else Node("same", (total,))


def extreme_operands(name: str, first: Any) -> list[Node]:
    """The arrays side by side of which a function takes the largest or smallest; none of any other."""
    is_stack = isinstance(first, Node) and (first.more.get("call") == "stack" or first.op == "stack")
    return [first] if name in _EXTREMES and is_stack else []


def _side_by_side(node: Node, depth: int) -> tuple[int, list[Node]] | None:
    """The axis that arrays stand along in a node, and what each of them is there; None where none do."""
    if node.more.get("call") == "stack":
        return node.more["axis"] % len(node.shape), list(node.args)
    if node.op == "stack":
        return 0, list(node.args)
    if not depth or node.op not in ("neg", "mul", "div", "add", "sub", "sum", "mean"):
        return None
    found = [
        _side_by_side(one, depth - 1) if isinstance(one, Node) and one.grad else None for one in node.args
    ]
    stacks = [one for one in found if one]
    # Arrays of which nothing is known are heads as often as KLs, and have their place in a formula.
    if not stacks or all(one.op in ENDS for _, arrays in stacks for one in arrays):
        return None
    if node.op in ("sum", "mean"):
        return _summed(node, *stacks[0])
    return _combined(node, found)


def _combined(node: Node, found: Sequence[tuple[int, list[Node]] | None]) -> tuple[int, list[Node]] | None:
    """What a function of entries makes of arrays side by side, and of what it does to all of them."""
    stacks = [one for one in found if one]
    axis, arrays = stacks[0]
    alike = all((one, len(others)) == (axis, len(arrays)) for one, others in stacks)
    flows = any(one is None and isinstance(arg, Node) and arg.grad for one, arg in zip(found, node.args))  # noqa: B905
    is_linear = len(stacks) == 1 or node.op in ("add", "sub")
    is_divisor = node.op == "div" and found[0] is None
    if not alike or flows or not is_linear or is_divisor or len(node.shape) != 1 + len(arrays[0].shape):
        return None
    rank = len(node.shape)
    return axis, [
        _each(
            node.op,
            [
                one[1][place] if one else _slice(arg, axis - rank, place)
                for one, arg in zip(found, node.args)  # noqa: B905 (there is no strict in 3.8)
            ],
        )
        for place in range(len(arrays))
    ]


def _summed(node: Node, axis: int, arrays: Sequence[Node]) -> tuple[int, list[Node]] | None:
    """Arrays side by side whose own axes are summed."""
    rank = len(arrays[0].shape) + 1
    axes = [one % rank for one in node.more.get("axes") or range(rank)]
    if axis in axes or node.more.get("keepdim"):
        return None
    inner = [one - (one > axis) for one in axes]
    shape = [length for place, length in enumerate(arrays[0].shape) if place not in inner]
    own = [
        Node(node.op, (one,), shape, one.dtype, one.grad, node.place, axes=inner, keepdim=False)
        for one in arrays
    ]
    return axis - sum(one < axis for one in axes), own


def _each(op: str, args: Sequence[Any]) -> Node:
    """A function of entries of arrays that have one shape, or can be spread to it."""
    nodes = [one for one in args if isinstance(one, Node)]
    longest = max(nodes, key=lambda one: (len(one.shape), prod(one.shape)))
    return Node(op, args, longest.shape, longest.dtype, any(one.grad for one in nodes))


def _slice(arg: Any, axis: int, place: int) -> Any:
    """What of an array that trains nothing belongs to the array at a place, along an axis from the end."""
    if not isinstance(arg, Node) or len(arg.shape) < -axis:
        return arg
    at, lengths = len(arg.shape) + axis, arg.shape
    place = place if lengths[at] > 1 else 0
    shape = (*lengths[:at], *lengths[at + 1 :])
    if arg.op == "full":
        return Node("full", arg.args, shape, arg.dtype)
    return Node("part", (arg,), shape, arg.dtype, False, arg.place, key=f"[{at}] {place}", slice=[at, place])

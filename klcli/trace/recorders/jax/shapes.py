"""Equations that change the shape of an array and no value: as little of that as tells arrays apart.

An axis of one entry that libraries put in, move and take away again is none; an array that has one number for
all its entries is that number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..notes import Node
from ..views import transposed

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAME = ("copy", "copy_p", "reduce_precision", "optimization_barrier", "pvary")
_SHAPES = ("reshape", "squeeze", "expand_dims")
_PARTS = ("slice", "transpose", "rev", "dynamic_slice", "split")
_ENTRYWISE = (
    *("add", "sub", "mul", "div", "pow", "neg", "exp", "log", "sqrt", "abs", "expm1", "log1p", "square"),
    *("rsqrt", "sigmoid", "softplus", "clamp", "same", "stop"),
)


def in_shape(name: str, params: Any, given: Sequence[Any], index: int, shape: tuple[int, ...]) -> Node | None:
    """The node of an equation that gives back the entries of its first operand, or some of them.

    Args:
        name: of its primitive.
        params: of the primitive.
        given: its operands.
        index: of the result.
        shape: of the result.
    """
    first = given[0]
    if name == "stop_gradient":
        return Node("stop", (first,))
    if name in _SAME:
        return Node("same", (given[index],))
    if name in _SHAPES or (name == "transpose" and _keeps_order(first.shape, params["permutation"])):
        return reshaped(first, shape)
    numbers = [one for one in given[1:] if not isinstance(one, Node)]
    if name in _PARTS and len(numbers) == len(given) - 1:
        key = " ".join(map(str, [name, sorted(params.items()), numbers, index]))
        if name == "transpose":
            return transposed(first, params["permutation"], key)
        return Node("part", (first,), key=key)
    return None


def _keeps_order(shape: Sequence[int], permutation: Sequence[int]) -> bool:
    """Whether a transposition moves axes of one entry only."""
    moved = [axis for axis in permutation if shape[axis] > 1]
    return moved == sorted(moved)


def reshaped(first: Node, shape: tuple[int, ...]) -> Node:
    """The same entries in another shape."""
    if first.op == "full":
        return Node("full", first.args)
    base = first
    while base.op == "shape" and base.shape != shape:
        base = base.args[0]
    return Node("same", (base,)) if base.shape == shape else Node("shape", (base,))


def spread(first: Any, shape: tuple[int, ...]) -> Node:
    """An array, or a number, that is repeated over further axes."""
    if not isinstance(first, Node):
        return Node("full", (first,))
    same_size = first.op == "full" or math.prod(first.shape) == math.prod(shape)
    return reshaped(first, shape) if same_size else Node("spread", (first,))


def limit_of(one: Any) -> Any:
    """The number that an operand is, also in every entry of an array; None for any other array."""
    if isinstance(one, Node):
        return one.args[0] if one.op == "full" else None
    return one


def total(full: Node, axes: Sequence[int]) -> Node:
    """The sum of an array of one number."""
    return Node("full", (full.args[0] * math.prod(full.shape[axis] for axis in axes),))


def squeezed(node: Node, axes: Sequence[int]) -> Node | None:
    """An array without some axes of one entry, if they were put in before what is computed entry by entry."""
    shape = tuple(length for axis, length in enumerate(node.shape) if axis not in axes)
    if node.op in ("shape", "full"):
        found = reshaped(node, shape)
        found = found.args[0] if found.op == "same" else found
    elif node.op in _ENTRYWISE:
        args = [_squeezed_operand(one, node.shape, axes) for one in node.args]
        if None in args:
            return None
        found = Node(node.op, args, **node.more)
    else:
        return None
    if found.place is None:
        found.shape, found.dtype, found.grad, found.place = shape, node.dtype, node.grad, node.place
    return found


def _squeezed_operand(one: Any, shape: tuple[int, ...], axes: Sequence[int]) -> Any:
    if not isinstance(one, Node) or one.shape == ():
        return one
    return squeezed(one, axes) if one.shape == shape else None

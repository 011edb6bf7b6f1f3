"""Products of arrays that are those of their entries, added up: ``einsum("bd,bd->b", e, e)``, a dot one."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from .notes import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_DOTS = ("dot", "vdot", "inner", "matmul", "mm", "bmm", "linalg_vecdot", "vecdot")


def entrywise_product(name: str, given: list[Any]) -> Node | None:
    """The sum of products of entries that a call computes; None for any other.

    Args:
        name: of the function.
        given: its arguments, arrays as nodes.
    """
    if name == "einsum":
        return _einsum(given)
    if name not in _DOTS or len(given) != 2 or not all(isinstance(one, Node) for one in given):
        return None
    first, second = given
    if "vecdot" in name or len(first.shape) == len(second.shape) == 1:
        return _summed(first, second, [-1]) if first.shape == second.shape else None
    is_row_by_column = len(first.shape) == len(second.shape) > 1 and first.shape[-2] == second.shape[-1] == 1
    if not is_row_by_column or name == "inner" or first.shape[:-2] != second.shape[:-2]:
        return None
    return _summed(first, _like(second, first.shape), [-1], keepdim=True)


def _einsum(given: list[Any]) -> Node | None:
    """An einsum of which one operand has all letters, in the order in which the others and the result do."""
    if len(given) < 2 or not isinstance(given[0], str):
        return None
    operands = given[1] if isinstance(given[1], list) else given[1:]
    left, arrow, result = given[0].replace(" ", "").partition("->")
    letters = left.split(",")
    every = max(letters, key=len)
    known = all(isinstance(one, Node) for one in operands) and len(operands) == len(letters)
    ordered = all(list(one) == [letter for letter in every if letter in one] for one in (*letters, result))
    if not arrow or not known or not ordered or not every.isalpha() or len(set(every)) != len(every):
        return None
    lengths = dict(zip(every, operands[letters.index(every)].shape))  # noqa: B905 (there is no strict in 3.8)
    arrays = [
        _like(one, [lengths[letter] if letter in own else 1 for letter in every])
        for one, own in zip(operands, letters)  # noqa: B905
    ]
    found = arrays[0]
    for one in arrays[1:]:
        found = _product(found, one, [lengths[letter] for letter in every])
    axes = [place for place, letter in enumerate(every) if letter not in result]
    return Node("sum", (found,), axes=axes, keepdim=False) if axes else Node("same", (found,))


def _like(node: Node, shape: Sequence[int]) -> Node:
    if node.shape == tuple(shape) or prod(node.shape) != prod(shape):
        return node
    return Node("shape", (node,), shape, node.dtype, node.grad)


def _product(first: Node, second: Node, shape: Sequence[int]) -> Node:
    return Node("mul", (first, second), shape, first.dtype, first.grad or second.grad)


def _summed(first: Node, second: Node, axes: list[int], *, keepdim: bool = False) -> Node:
    return Node("sum", (_product(first, second, first.shape),), axes=axes, keepdim=keepdim)

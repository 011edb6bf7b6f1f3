"""Calls that keep the entries of an array, in another shape, in part, or without gradients, as nodes."""

from __future__ import annotations

from typing import Any

from .notes import Node

_SAME = (
    "clone",
    "contiguous",
    "float",
    "double",
    "half",
    "bfloat16",
    "int",
    "long",
    "to",
    "type_as",
    "cpu",
    "cuda",
    "requires_grad_",
    "alias",
    "retain_grad",
)
_SHAPES = (
    "view",
    "reshape",
    "flatten",
    "squeeze",
    "unsqueeze",
    "ravel",
    "view_as",
    "reshape_as",
    "unflatten",
)
_SPREADS = ("expand", "expand_as", "broadcast_to", "broadcast_tensors")
_PARTS = (
    "chunk",
    "split",
    "tensor_split",
    "unbind",
    "select",
    "narrow",
    "getitem",
    "T",
    "mT",
    "t",
    "transpose",
    "permute",
    "movedim",
    "swapaxes",
    "diagonal",
    "linalg_diagonal",
)


def in_shape(
    name: str,
    first: Node,
    shape: tuple[int, ...],
    given: list[Any],
    named: dict[str, Any],
    index: int | None,
    *,
    is_whole: bool,
) -> Node | None:
    """What a call makes of one array without changing a value, but for casts.

    Args:
        name: of the function.
        first: the array.
        shape: of the result.
        given: the arguments.
        named: those by name.
        index: of the result, where a call gives back several.
        is_whole: whether the result has whole numbers for entries.
    """
    if name in _SPREADS:
        base = given[index] if index is not None else first
        return base if base.shape == shape else Node("spread", (base,))
    if name in ("detach", "data", "tensor"):
        return Node("stop", (first,))
    if name in _SAME:
        if is_whole and "float" in first.dtype:
            return Node("trunc", (first,))
        return Node("same", (first,))
    if name in _SHAPES:
        return Node("same" if first.shape == shape else "shape", (first,))
    if name in ("getitem", "masked_select") and (mask := _truth([*given[1:], named.get("mask")])):
        if name == "masked_select" and mask.shape != first.shape:
            mask = Node("spread", (mask,), first.shape, "bool")
        return Node("keep", (first, mask))
    if name in _PARTS:
        key = " ".join(map(repr, [name.replace("getitem", "[]"), given[1:], sorted(named.items()), index]))
        return Node("part", (first,), key=key)
    return None


def _truth(given: list[Any]) -> Node | None:
    """The array of truth values that a call is given as its only other argument."""
    own = [one for one in given if one is not None]
    is_one = len(own) == 1 and isinstance(own[0], Node) and own[0].dtype == "bool" and bool(own[0].shape)
    return own[0] if is_one else None

"""Tensors that are made of no other: constants and noise."""

from __future__ import annotations

from typing import Any

from ..calls import is_operand
from ..clips import one_of
from ..notes import Node

_CONSTANTS = {
    "zeros": 0,
    "zeros_like": 0,
    "new_zeros": 0,
    "ones": 1,
    "ones_like": 1,
    "new_ones": 1,
    "full": None,
    "full_like": None,
    "new_full": None,
}
_NOISES = {"randn": "randn", "randn_like": "randn", "rand": "rand", "rand_like": "rand"}


def source(name: str, out: Any, given: list[Any], named: dict[str, Any]) -> Node | None:
    """The node of a call that makes a tensor of no other: constants and noise; None for any other call.

    Args:
        name: of the function.
        out: what it gave back.
        given: its arguments, tensors as nodes.
        named: those by name.
    """
    if name in _CONSTANTS:
        value = _CONSTANTS[name]
        if value is None:
            value = one_of(named.get("fill_value"), given[1:2], None)
        return Node("full", (value,)) if isinstance(value, (int, float)) else None
    if name in ("tensor", "as_tensor", "scalar_tensor"):
        value = one_of(named.get("data", named.get("s")), given[:1], None)
        return Node("full", (value,)) if isinstance(value, (int, float)) else None
    if name in _NOISES:
        return Node("noise", (), kind=_NOISES[name])
    if name == "normal":
        return _normal(given, named, out)
    if name == "uniform":
        return Node("noise", (), kind="rand")
    return None


def _normal(given: list[Any], named: dict[str, Any], out: Any) -> Node | None:
    """Normal noise with a mean and a standard deviation that are numbers or tensors.

    ``torch.normal`` has a gradient by these, and it is 0.
    """
    mean = one_of(named.get("mean"), given[:1], 0)
    std = one_of(named.get("std"), given[1:2], 1)
    if not is_operand(mean) or not is_operand(std):
        return None
    shape, dtype = tuple(out.shape), str(out.dtype).split(".")[-1]
    noise = Node("noise", (), shape, dtype, False, kind="randn")
    if (mean, std) == (0, 1):
        return noise
    sample = Node("add", (mean, Node("mul", (std, noise))), shape, dtype, out.requires_grad)
    return Node("stop", (sample,)) if out.requires_grad else sample

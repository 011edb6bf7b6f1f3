"""Loops of JAX, step by step, as a loop of Python would run, and sums over what their steps gave back."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..notes import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_STEPS = 64
"""Of a loop that is followed: each has all its equations again."""


def unrolled(
    equation: Any, given: Sequence[int], enter: Callable[[Any, Sequence[int]], list[int]]
) -> list[int]:
    """The slots of what a ``scan`` gives back.

    Args:
        equation: the loop.
        given: the slots of its constants, of what is carried, and of the arrays that it goes through.
        enter: notes the equations of a function of some slots.
    """
    body, length = equation.params["jaxpr"], equation.params["length"]
    first, last = equation.params["num_consts"], equation.params["num_consts"] + equation.params["num_carry"]
    constants, carried = list(given[:first]), list(given[first:last])
    arrays = list(zip(given[last:], [variable.aval for variable in equation.invars[last:]]))  # noqa: B905
    places = range(length)
    rows: list[list[int]] = []
    for place in reversed(places) if equation.params["reverse"] else places:
        entry = itemgetter(place)
        entries = [enter(_equations(entry, aval), [slot])[0] for slot, aval in arrays]
        out = enter(body, [*constants, *carried, *entries])
        carried, own = out[: len(carried)], out[len(carried) :]
        rows.append(own)
    if equation.params["reverse"]:
        rows.reverse()
    avals = [variable.aval for variable in body.jaxpr.outvars[len(carried) :]]
    return carried + [
        enter(_equations(lambda *steps: jnp.stack(steps), *[aval] * length), column)[0]
        for aval, column in zip(avals, zip(*rows))  # noqa: B905
    ]


def _equations(function: Callable[..., Any], *avals: Any) -> Any:
    given = [jax.ShapeDtypeStruct(aval.shape, aval.dtype) for aval in avals]
    with jax.disable_jit(False):
        return jax.make_jaxpr(function)(*given)


def stacked(given: Sequence[Any], axis: int) -> Node | None:
    """Arrays side by side along a first axis of their own; other axes have no use for sums over them."""
    nodes = [one for one in given if isinstance(one, Node)]
    if axis or len(nodes) != len(given):
        return None
    grad = any(one.grad for one in nodes)
    return Node("leaf", nodes, grad=grad, made_by="stack", call="stack", axis=0)


def summed_over_stack(first: Node, axes: Sequence[int]) -> Node | None:
    """The sum of arrays that stand side by side, over the axis that they stand along and others."""
    if first.more.get("made_by") != "stack" or first.more.get("axis") != 0 or 0 not in axes:
        return None
    total, *others = first.args
    for one in others:
        total = Node("add", (total, one), one.shape, one.dtype, total.grad or one.grad, first.place)
    rest = [axis - 1 for axis in axes if axis]
    count = len(first.args)
    return Node("sum", (total,), axes=rest, keepdim=False, steps=count) if rest else Node("same", (total,))

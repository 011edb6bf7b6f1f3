"""The numbers of a function: it is computed once more, compiled, and tells what the report wants to know.

The gradient of a summand with respect to an array below it is taken along what was followed only: the
equations between both, with everything else held at its value.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..gradient_targets import MOST_SUMMANDS, arrays_below, summands_of
from ..notes import ENDS, Node, all_written
from .scalar_constants import applied

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .flat_equations import EquationRow

FAILURES = (RuntimeError, TypeError, ValueError, NotImplementedError, jax.errors.JAXTypeError)
"""What JAX raises that cannot compute a function out of its place, as one that talks to other devices."""
_MOST_VALUES = 20000
"""Entries of a leaf, or of what has a name, whose values are told."""
_MOST_WHOLE = 4096
"""Entries of an array with respect to which the gradient of the whole loss is told."""


def is_concrete(row: EquationRow, inputs: Iterable[Any]) -> bool:
    """Whether a function has numbers for its arguments, and not what stands for many of them."""
    held = [*inputs, *row.known.values()]
    return not any(isinstance(one, jax.core.Tracer) for one in held)


def values_of(array: Any) -> list[Any]:
    """Its entries as JSON has them."""
    return all_written(map(float, array.reshape(-1).tolist()))


def note_values(
    row: EquationRow, inputs: Sequence[Any], root: Node, nodes: Iterable[Node]
) -> tuple[float | None, list[dict[str, Any]]]:
    """Write the values of some nodes into them; the value of a loss, if it is a number, and gradients.

    Args:
        row: of the loss.
        inputs: its arguments.
        root: the node of the loss.
        nodes: that are told, with all that is below them.

    Raises:
        FAILURES: it cannot be computed.
    """
    slots = {one.serial: slot for slot, one in enumerate(row.nodes) if isinstance(one, Node)}
    wanted = {one.serial: one for one in nodes if one.serial in slots and _is_told(one)}
    pairs = list(_pairs(root, slots))
    whole = [by for of, arrays in pairs if of is root for by in arrays if math.prod(by.shape) <= _MOST_WHOLE]

    def computed(given: Sequence[Any]) -> Any:
        values = _run(row.steps, {**row.known, **dict(zip(row.inputs, given))})  # noqa: B905
        told = {serial: values[slots[serial]] for serial in wanted}
        of, by = slots[root.serial], [slots[one.serial] for one in whole]
        own = _slopes(row, values, of, None, by, is_whole=True)
        return values[of], told, gradients_of(row, values, slots, root, pairs), own

    with jax.ensure_compile_time_eval(), jax.disable_jit(False):
        value, told, slopes, of_all = jax.jit(computed)(list(inputs))
    for serial, array in told.items():
        wanted[serial].more["values"] = values_of(array)
    found = [(of, by, slope) for (of, arrays), own in zip(pairs, slopes) for by, slope in zip(arrays, own)]  # noqa: B905
    number = float(value) if value.shape == () else None
    return number, [
        *({"of": of, "by": by, "values": values_of(slope)} for of, by, slope in found),
        *(
            {"of": root, "by": by, "values": values_of(slope), "whole": True}
            for by, slope in zip(whole, of_all)  # noqa: B905
        ),
    ]


def _is_told(node: Node) -> bool:
    if node.dtype.startswith("key"):
        return False
    size = math.prod(node.shape)
    return size <= (_MOST_VALUES if node.op in ENDS or node.names else 1)


def _pairs(root: Node, slots: Mapping[int, int]) -> Iterable[tuple[Node, list[Node]]]:
    """The summands of a loss, each with the arrays below it."""
    count = 0
    for one in summands_of(root):
        arrays = arrays_below(one, slots)
        if one.op not in ENDS and one.serial in slots and arrays and count < MOST_SUMMANDS:
            count += 1
            yield one, arrays


def gradients_of(
    row: EquationRow,
    values: Mapping[int, Any],
    slots: Mapping[int, int],
    root: Node,
    pairs: Sequence[tuple[Node, list[Node]]],
) -> list[list[Any]]:
    """The gradients of a loss with respect to arrays, as far as they come through its summands.

    Args:
        row: of the loss.
        values: of everything, by slots.
        slots: of the nodes, by their numbers.
        root: the node of the loss.
        pairs: the summands, each with the arrays.
    """
    own = [slots[of.serial] for of, _ in pairs]
    weights = _slopes(row, values, slots[root.serial], None, own)
    return [
        _slopes(row, values, slot, weight, [slots[by.serial] for by in arrays])
        for slot, weight, (_, arrays) in zip(own, weights, pairs)  # noqa: B905
    ]


def _slopes(
    row: EquationRow,
    values: Mapping[int, Any],
    of: int,
    weight: Any,
    by: Sequence[int],
    *,
    is_whole: bool = False,
) -> list[Any]:
    """The gradients of one array, weighted, with respect to others; whole, they flow on from leaves."""
    steps = _between(row, of, is_whole=is_whole)

    def shifted(shifts: Sequence[Any]) -> Any:
        found = _run(steps, dict(values), dict(zip(by, shifts)))  # noqa: B905
        return jnp.sum(found[of] if weight is None else weight * found[of])

    return list(jax.grad(shifted)([jnp.zeros_like(values[slot]) for slot in by]))


def _between(row: EquationRow, of: int, *, is_whole: bool) -> list[Any]:
    """The equations from leaves to an array, or all that lead to it."""
    makers = {slot: index for index, (_, _, made) in enumerate(row.steps) for slot in made}
    needed: set[int] = set()
    stack = [of]
    while stack:
        slot = stack.pop()
        node = row.nodes[slot]
        is_end = isinstance(node, Node) and node.op in ENDS and node.more.get("made_by") != "stack"
        if slot not in makers or makers[slot] in needed or (is_end and not is_whole):
            continue
        needed.add(makers[slot])
        stack.extend(row.steps[makers[slot]][1])
    return [row.steps[index] for index in sorted(needed)]


def _run(
    steps: Iterable[tuple[Any, list[int], list[int]]],
    values: dict[int, Any],
    shifts: Mapping[int, Any] = {},
) -> dict[int, Any]:
    """The values of all slots, those that are given among them.

    Args:
        steps: the equations.
        values: by slots; what is made is put into it.
        shifts: what is added to the values of some slots.
    """
    for slot in shifts:
        if slot in values:
            values[slot] = values[slot] + shifts[slot]
    for equation, given, made in steps:
        if made:  # what prints gives nothing back, and has done so already
            for slot, value in zip(made, applied(equation, [values[slot] for slot in given])):  # noqa: B905
                values[slot] = value + shifts[slot] if slot in shifts else value
    return values

"""Positions that a mask keeps: how much each entry below some sums, means and masks counts in a loss.

``(kl * mask).sum() / mask.sum()`` is a mean over the positions that are kept, and the KL of these is what is
judged; a mask is an array of zeros and ones that trains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from klcli.formula.tree import Symbol, operation
from klcli.formula.value.arrays import Array, Shape, ShapeError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.trace.recording import Recording, Step

__all__ = ["counts_kept", "entry_weights", "is_mask", "positions_of"]

_UNCHANGED = ("same", "shape", "spread", "stop")
_PRODUCT = operation("*", Symbol("x"), Symbol("y"))
_QUOTIENT = operation("/", Symbol("x"), Symbol("y"))


def is_mask(recording: Recording, index: int) -> bool:
    """Whether a node is an array of zeros and ones that trains nothing."""
    step, values = recording.steps[index], _values(recording, index)
    return not step.grad and step.size > 1 and values is not None and set(values) <= {0.0, 1.0}


def counts_kept(recording: Recording, index: int) -> bool:
    """Whether a node is an array of numbers of kept positions, as ``mask.sum(-1)`` is."""
    step = recording.steps[index]
    has_values = step.values is not None and min(step.values) > 0
    is_of_mask = any(is_mask(recording, one) for one in recording.leading_to(index))
    return not step.grad and step.size > 1 and has_values and is_of_mask


def entry_weights(recording: Recording, wrappers: Sequence[int], core: int) -> Array | None:
    """What every entry of a node is multiplied by on its way to one number; None where that is not known.

    Args:
        recording: the run.
        wrappers: the sums, means, masks and counts on the way, the outermost first.
        core: the node.
    """
    found = Array((), [1.0])
    try:
        for index in wrappers:
            below = _through(recording, index, found)
            if below is None:
                return None
            found = below
        return _spread(found, recording.steps[core].shape)
    except ShapeError:
        return None


def _through(recording: Recording, index: int, above: Array) -> Array | None:
    """The weights of the operand of a sum, mean, stop, mask or count."""
    step = recording.steps[index]
    if step.op in ("sum", "mean"):
        below = recording.steps[step.below[0]]
        kept = Array(_with_axes(step, below.shape), above.values)
        weight = step.size / below.size if step.op == "mean" else 1.0
        return evaluate_arrays(_PRODUCT, {"x": _spread(kept, below.shape), "y": Array((), [weight])})
    if step.op == "keep":
        return _at_kept(recording, step, above)
    if step.op == "stop":
        return above
    other = next(arg for arg in step.below if not recording.steps[arg].grad)
    values = _values(recording, other)
    own = next(arg for arg in step.below if arg != other)
    if values is None or recording.steps[own].shape != step.shape:
        return None
    tree = _PRODUCT if step.op == "mul" else _QUOTIENT
    return evaluate_arrays(tree, {"x": above, "y": Array(recording.steps[other].shape, list(values))})


def _at_kept(recording: Recording, step: Step, above: Array) -> Array | None:
    """The weights of an array from those of its entries at which another one is true."""
    array, mask = (recording.steps[index] for index in step.below)
    values = mask.values
    if values is None or not values or array.shape[: len(mask.shape)] != mask.shape:
        return None
    each, own = array.size // len(values), iter(above.values)
    found = [next(own) if value else 0.0 for value in values for _ in range(each)]
    return Array(array.shape, found)


def positions_of(weights: Array) -> tuple[list[float], int]:
    """The weights of the positions, and how many entries each has: the last axes whose entries weigh alike.

    Args:
        weights: of the entries, the examples on the first axis.
    """
    entries = 1
    for length in reversed(weights.shape[1:]):
        longer = entries * length
        if any(one != weights.values[place - place % longer] for place, one in enumerate(weights.values)):
            break
        entries = longer
    return [float(one) for one in weights.values[::entries]], entries


def _values(recording: Recording, index: int) -> tuple[float, ...] | None:
    """The entries of an array, or of the one that it is a view of."""
    step = recording.steps[index]
    while step.values is None and step.op in _UNCHANGED and step.below:
        below = recording.steps[step.below[0]]
        if below.size != step.size:
            return None
        step = below
    return step.values


def _with_axes(step: Step, below: Shape) -> Shape:
    """The shape of a sum whose axes are kept."""
    axes = step.more.get("axes")
    lost = set(range(len(below))) if axes is None else {axis % len(below) for axis in axes}
    return tuple(1 if axis in lost else length for axis, length in enumerate(below))


def _spread(array: Array, shape: Shape) -> Array:
    return evaluate_arrays(_PRODUCT, {"x": array, "y": Array(shape, [1.0] * prod(shape))})

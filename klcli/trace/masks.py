"""Positions that a mask keeps: how much each entry below some sums, means and masks counts in a loss.

``(kl * mask).sum() / mask.sum()`` is a mean over the positions that are kept, and the KL of these is what is
judged; a mask is an array of zeros and ones that trains nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from klcli.formula.tree import Symbol, operation
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, Shape, ShapeError
from klcli.trace.recording import Recording, Step
from klcli.values import dataclass

_UNCHANGED = ("same", "shape", "spread", "stop")
_PRODUCT = operation("*", Symbol("x"), Symbol("y"))
_QUOTIENT = operation("/", Symbol("x"), Symbol("y"))


@dataclass(frozen=True, slots=True)
class Kept:
    """What masks keep of an array.

    Attributes:
        weights: of its entries; those that are left out have 0.
        entries: of each position: how many of them, on the last axes, no mask tells apart.
    """

    weights: Array
    entries: int

    @property
    def positions(self) -> list[float]:
        """The weights of the positions."""
        return [float(one) for one in self.weights.values[:: self.entries]]


def is_mask(recording: Recording, index: int) -> bool:
    """Whether a node is an array of zeros and ones that trains nothing."""
    step, values = recording.steps[index], values_of(recording, index)
    below = [recording.steps[one] for one in recording.leading_to(index)]
    is_trained = step.grad or any(
        recording.steps[one].grad for own in below for one in own.more.get("sources", ())
    )
    return not is_trained and step.size > 1 and values is not None and set(values) <= {0.0, 1.0}


def counts_kept(recording: Recording, index: int) -> bool:
    """Whether a node is an array of numbers of kept positions, as ``mask.sum(-1)`` is."""
    return recording.steps[index].size > 1 and is_count(recording, index)


def is_count(recording: Recording, index: int) -> bool:
    """Whether a node has numbers of kept positions, or shares of them."""
    step = recording.steps[index]
    has_values = step.values is not None and min(step.values) > 0
    is_of_mask = any(is_mask(recording, one) for one in recording.leading_to(index) if one != index)
    return not step.grad and has_values and is_of_mask


def kept_by(recording: Recording, wrappers: Sequence[int], core: int) -> Kept | None:
    """What masks keep of a node; None where that is not known.

    Args:
        recording: the run.
        wrappers: as those of `entry_weights`.
        core: the node.
    """
    weights = entry_weights(recording, wrappers, core)
    marked = entry_weights(recording, wrappers, core, marked=True)
    if weights is None or marked is None:
        return None
    entries = 1
    for length in reversed(weights.shape):
        longer = entries * length
        if any(one != marked.values[place - place % longer] for place, one in enumerate(marked.values)):
            break
        entries = longer
    return Kept(weights, entries)


def entry_weights(
    recording: Recording, wrappers: Sequence[int], core: int, *, marked: bool = False
) -> Array | None:
    """What every entry of a node is multiplied by on its way to one number; None where that is not known.

    Args:
        recording: the run.
        wrappers: the sums, means, masks and counts on the way, the outermost first.
        core: the node.
        marked: whether masks have another number at every entry, which tells what they could tell apart.
    """
    found = Array((), [1.0])
    try:
        for index in wrappers:
            below = _through(recording, index, found, marked)
            if below is None:
                return None
            found = below
        return _spread(found, recording.steps[core].shape)
    except ShapeError:
        return None


def _through(recording: Recording, index: int, above: Array, marked: bool) -> Array | None:
    """The weights of the operand of a sum, mean, stop, mask or count."""
    step = recording.steps[index]
    if step.op in ("sum", "mean"):
        below = recording.steps[step.below[0]]
        kept = Array(_with_axes(step, below.shape), above.values)
        weight = step.size / below.size if step.op == "mean" else 1.0
        return evaluate_arrays(_PRODUCT, {"x": _spread(kept, below.shape), "y": Array((), [weight])})
    if step.op == "keep":
        return _at_kept(recording, step, above, marked)
    if step.op == "stop":
        return above
    own = next(arg for arg in step.below if recording.steps[arg].grad)
    other = step.below[0] if step.op == "where" else next(arg for arg in step.below if arg != own)
    values = values_of(recording, other, marked=marked and step.op != "div")
    if values is None or recording.steps[own].shape != step.shape:
        return None
    if step.op == "where" and own != step.args[1] and not marked:
        values = tuple(1 - value for value in values)
    tree = _QUOTIENT if step.op == "div" else _PRODUCT
    return evaluate_arrays(tree, {"x": above, "y": Array(recording.steps[other].shape, list(values))})


def _at_kept(recording: Recording, step: Step, above: Array, marked: bool) -> Array | None:
    """The weights of an array from those of its entries at which another one is true."""
    array, mask = (recording.steps[index] for index in step.below)
    values = values_of(recording, step.below[1])
    marks = values_of(recording, step.below[1], marked=True) if marked else None
    if not values or array.shape[: len(mask.shape)] != mask.shape:
        return None
    each, own = array.size // len(values), iter(above.values)
    if marks is not None:
        return Array(array.shape, [mark for mark in marks for _ in range(each)])
    found = [next(own) if value else 0.0 for value in values for _ in range(each)]
    return Array(array.shape, found)


def values_of(recording: Recording, index: int, *, marked: bool = False) -> tuple[float, ...] | None:
    """The entries of an array, or of the one that it is a view of; marked, each of that another number."""
    step, shape = recording.steps[index], recording.steps[index].shape
    while step.values is None and step.op in _UNCHANGED and step.below:
        step = recording.steps[step.below[0]]
    values = step.values
    if values is None and "slice" in step.more:
        base, (axis, place) = recording.steps[step.operands[0]], step.more["slice"]
        every = values_of(recording, step.operands[0])
        values = None if every is None else tuple(_entries_at(every, base.shape, axis, place))
    if values is None:
        return None
    if marked:
        values = tuple(map(float, range(1, len(values) + 1)))
    if len(values) == prod(shape):
        return values
    try:
        return tuple(map(float, _spread(Array(step.shape, list(values)), shape).values))
    except ShapeError:
        return None


def _entries_at(values: Sequence[float], shape: Shape, axis: int, place: int) -> Iterator[float]:
    """The entries of an array at a place of an axis, in their order."""
    inner, length = prod(shape[axis + 1 :]), shape[axis]
    return (value for index, value in enumerate(values) if index // inner % length == place)


def _with_axes(step: Step, below: Shape) -> Shape:
    """The shape of a sum whose axes are kept."""
    axes = step.more.get("axes")
    lost = set(range(len(below))) if axes is None else {axis % len(below) for axis in axes}
    return tuple(1 if axis in lost else length for axis, length in enumerate(below))


def _spread(array: Array, shape: Shape) -> Array:
    return evaluate_arrays(_PRODUCT, {"x": array, "y": Array(shape, [1.0] * prod(shape))})

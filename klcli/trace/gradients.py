"""The framework's gradient of a KL term at a step, held against that of the KL that it is said to be.

The true one is taken by complex steps from the two Gaussians; nothing of it knows how the term was computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from klcli.formula.value.small_arrays import Array
from klcli.trace.entry_counts import Amount
from klcli.trace.kl_recognition import Kernel
from klcli.trace.loss_part import Part
from klcli.trace.number_checks import arrays_of, kl_of_entries, rounding, weights_of
from klcli.trace.recording import NotedLoss, Recording
from klcli.values import dataclass

_STEP = 1e-30
"""Of the complex step: its square is lost in a double, and nothing is subtracted."""
_SMALL = 1e-3
"""Of the weight of a term: gradients below are its rounding."""

_MOST_TOLD = 4096
"""Entries up to which every recorder tells gradients; of a larger array without one nothing is known."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The gradient of a term with respect to one array, at the entry where it is farthest from the true one.

    Attributes:
        name: what the array is called.
        at: the value of the entry.
        noted: what the framework gave.
        true: what that of the KL is, with its weight.
        agrees: whether all entries are the same to the precision of the run.
        cause: which terms of the KL have another gradient, in words, where that is known.
    """

    name: str
    at: float
    noted: float
    true: float
    agrees: bool
    cause: str = ""

    @property
    def text(self) -> str:
        """``at logvar = 0.3 autograd gives -0.5, the KL 0.175``."""
        from klcli.formula.numeral import significant

        at, noted, true = map(significant, (self.at, self.noted, self.true))
        cause = f": {self.cause}" if self.cause else ""
        return f"at {self.name} = {at} autograd gives {noted}, the KL {true}{cause}"


def slopes_of(
    recording: Recording, loss: NotedLoss, part: Part, kernel: Kernel, amount: Amount
) -> tuple[Slope, ...]:
    """The gradients of a KL with respect to its means and heads, as far as they were noted.

    Those of a sample are no gradients of a KL; nor is there one to an array that is held still on purpose.

    Args:
        recording: the run.
        loss: with the gradients that were noted.
        part: the KL term.
        kernel: the KL that it is.
        amount: how it is reduced.
    """
    arrays = arrays_of(part)
    if arrays is None or kernel.is_sampled or part.chain.is_off or not loss.gradients:
        return ()
    sign = -1 if part.is_taken_away else 1
    count = max(len(one.values) for one in arrays.values())
    weights = weights_of(recording, part, kernel, amount, count)
    # Of a gradient, which has passed through twice the operations; a wrong one is off by a share of itself.
    limit = 10 * rounding(recording, part)
    if weights is None:
        return ()
    return tuple(_slopes(recording, loss, part, kernel, arrays, [sign * one for one in weights], limit))


def _slopes(
    recording: Recording,
    loss: NotedLoss,
    part: Part,
    kernel: Kernel,
    arrays: Mapping[str, Array],
    weights: Sequence[float],
    limit: float,
) -> Iterator[Slope]:
    held = kernel.flow.still if kernel.flow.held else set()
    for name, array in arrays.items():
        noted = _noted(recording, loss, part, name)
        own = _true(kernel, arrays, name, weights)
        if name in held or noted is None or own is None or len(noted) != len(array.values):
            continue
        gaps = [abs(one - other) for one, other in zip(noted, own, strict=True)]
        scale = max(*map(abs, own), *map(abs, noted), _SMALL * max(map(abs, weights)))
        # Without any gap the largest slope is shown: the smallest double beside a gap makes no difference.
        worst = max(range(len(gaps)), key=lambda place: gaps[place] or abs(own[place]) * 1e-300)
        agrees = all(isfinite(gap) and gap <= limit * scale for gap in gaps)
        shown = part.builder.spellings.get(name, name)
        yield Slope(shown, float(array.values[worst]), noted[worst], own[worst], agrees)


def _noted(recording: Recording, loss: NotedLoss, part: Part, name: str) -> list[float] | None:
    """The gradient of a part by a symbol: of all its summands, and of all nodes that are that symbol."""
    starts = [one.chain.above[0][0] for one in part.merged or (part,)]
    nodes = recording.alike(part.builder.symbols[name])
    found = [
        loss.gradients[key] for start in starts for node in nodes if (key := (start, node)) in loss.gradients
    ]
    own_steps = {recording.steps[node].grad for node in nodes}
    if not found:
        reached = any(of == start for of, _ in loss.gradients for start in starts)
        size = recording.steps[nodes[0]].size
        is_told = reached and own_steps == {True} and size <= _MOST_TOLD
        return [0.0] * size if is_told else None
    return [sum(values) for values in zip(*found, strict=False)]


def _true(
    kernel: Kernel, arrays: Mapping[str, Array], name: str, weights: Sequence[float]
) -> list[float] | None:
    """The derivative of the weighted KL with respect to every entry of an array."""
    array = arrays[name]
    moved = Array(array.shape, [complex(value, _STEP) for value in array.values])
    entries = kl_of_entries(kernel, {**arrays, name: moved})
    if entries is None or len(entries) != len(weights):
        return None
    slopes = [weight * one.imag / _STEP for weight, one in zip(weights, entries, strict=True)]
    if len(slopes) == len(array.values):
        return slopes
    shape = max((one.shape for one in arrays.values()), key=len)
    return _gathered(slopes, shape, array.shape)


def _gathered(slopes: list[float], shape: tuple[int, ...], own: tuple[int, ...]) -> list[float] | None:
    """The sums over the axes that an array was spread over."""
    if len(own) > len(shape):
        return None
    own = (1,) * (len(shape) - len(own)) + own
    strides, size = [0] * len(own), 1
    for axis in reversed(range(len(own))):
        strides[axis] = size if own[axis] > 1 else 0
        size *= own[axis]
    found = [0.0] * size
    for place, slope in enumerate(slopes):
        at, rest = 0, place
        for axis in reversed(range(len(shape))):
            rest, along = divmod(rest, shape[axis])
            at += strides[axis] * along
        if at >= size:
            return None
        found[at] += slope
    return found

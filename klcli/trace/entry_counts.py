"""How often the entries of a part count in a loss, from the shapes that occurred.

The coefficient of a part is what multiplies the sum over all its entries: 1/B of a sum over the latents that
is averaged over the batch. Numbers of a run arrive as numbers: a division by 128 is one by the batch size
where the batch has 128 examples, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.shapes.reduction_fit import SHAPES
from klcli.judge.shapes.reductions import Reductions, reductions
from klcli.values import dataclass, replace

_CLOSE = 1e-9
"""Relative: the rounding of a quotient of doubles; the next length is off by more than 1 in a billion."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How a part is reduced, and what multiplies it then.

    Attributes:
        total: what multiplies the sum over all entries.
        batch: examples; 1 where there is no batch.
        entries: of one example; on average, where masks keep some of them.
        is_mean_of_entries: whether each example's entries are averaged.
        is_mean_of_batch: whether the examples are averaged.
        said: which numbers were taken for lengths.
        examples: what the batch is, in words.
        words: how all is reduced, where masks keep some of the entries of an example.
    """

    total: float
    batch: int
    entries: float
    is_mean_of_entries: bool
    is_mean_of_batch: bool
    said: tuple[str, ...] = ()
    examples: str = "the batch"
    words: str = ""

    @property
    def weight(self) -> float:
        """What multiplies the part as it is reduced."""
        batch = self.batch if self.is_mean_of_batch else 1
        return self.total * batch * (self.entries if self.is_mean_of_entries else 1)


def reduced(tree: Tree, shape: Sequence[int] = ()) -> Reductions:
    """What the sums and means of a program do to its symbols.

    Args:
        tree: the program.
        shape: of its arrays; without one they have as few axes as it runs with.
    """
    rank = len(shape) if len(shape) in SHAPES else None
    return reductions(tree, entry(tree), free_symbols(tree), counts={}, rank=rank)


def coefficient(scale: LengthMonomial, shape: Sequence[int]) -> float:
    """A monomial of lengths at a shape; of arrays with more axes than it has the first is the batch."""
    lengths: Sequence[int] = shape
    if len(scale.powers) != len(shape):
        size = prod(shape)
        batch = shape[0] if len(shape) > 1 else 1
        lengths = (batch, size // batch) if len(scale.powers) == 2 else (size,)
    found = float(scale.factor)
    for length, power in zip(lengths, scale.powers, strict=False):
        found *= float(length) ** power
    return found


def amount_of(
    sums: Reductions,
    shape: Sequence[int],
    factor: float,
    numbers: Sequence[float],
    *,
    shared: int = 0,
    has_batch: bool = True,
    is_of_examples: bool = False,
    is_of_latents: bool = False,
) -> Amount:
    """The amount of a part whose sums are known.

    Args:
        sums: what they do.
        shape: of the arrays.
        factor: what multiplies the part.
        numbers: the numbers in that factor.
        shared: how many of these multiply other terms, too, and are no lengths of this one's latents.
        has_batch: whether the first of several axes counts examples.
        is_of_examples: whether a single axis does, too, as of one number for each example.
        is_of_latents: whether the last of three axes is that of the latents, behind the steps of sequences.
    """
    is_batch = is_of_examples and len(shape) == 1
    shape = (*shape, 1) if is_batch else shape
    powers = sums.scale.powers
    of_entries = bool(powers) and powers[_last(shape, powers)] == -1 and not is_batch
    if is_of_latents and of_entries and len(shape) == len(powers) == 3:
        return _with_numbers(
            _of_steps(shape, powers, coefficient(sums.scale, shape) * factor), numbers, shared
        )
    axes = _axes_of_examples(shape, powers, of_entries=of_entries) if has_batch and len(shape) > 1 else ()
    batch = prod(shape[axis] for axis in axes)
    averaged = any(powers[axis] == -1 for axis in axes if axis < len(powers))
    of_batch = (len(powers) > 1 or is_batch) and batch > 1 and averaged
    found = Amount(coefficient(sums.scale, shape) * factor, batch, prod(shape) // batch, of_entries, of_batch)
    if axes not in ((), (0,)):
        found = replace(found, examples=f"{batch} positions")
    if has_batch:
        found = _of_positions(found, shape, numbers[shared:])
    return _with_numbers(found, numbers, shared)


def _of_steps(shape: Sequence[int], powers: Sequence[int], total: float) -> Amount:
    """The amount of steps of sequences whose latents are averaged."""
    lengths, latents = shape[:2], shape[2]
    averaged = [length for length, power in zip(lengths, powers, strict=False) if power == -1]
    every = prod(lengths)
    found = Amount(total, every, latents, True, bool(averaged), examples=f"{every} positions")
    if len(averaged) != 1 or every == averaged[0]:
        return found
    batch = averaged[0]
    words = f"mean over {latents} latents, sum over {every // batch} and mean over {batch} positions"
    return replace(found, batch=batch, words=words)


def _of_positions(found: Amount, shape: Sequence[int], numbers: Sequence[float]) -> Amount:
    """The amount with a number that is one over that of all positions taken for the mean over them."""
    for last in range(2, len(shape)):
        count = prod(shape[:last])
        if not found.is_mean_of_batch and count > shape[0] and any(_is(one, count) for one in numbers):
            said = (*found.said, f"{count} is taken for the number of positions")
            entries, words = prod(shape) // count, f"{count} positions"
            return replace(
                found, batch=count, entries=entries, is_mean_of_batch=True, said=said, examples=words
            )
    return found


def _axes_of_examples(shape: Sequence[int], powers: Sequence[int], *, of_entries: bool) -> tuple[int, ...]:
    """The axes that are averaged before the last: the batch, and the steps of sequences or places of images.

    Where none is, or the latents are averaged as well, the first is the batch.
    """
    if of_entries or len(powers) != len(shape):
        return (0,)
    last = _last(shape, powers) % len(shape)
    found = tuple(axis for axis in range(last) if powers[axis] == -1 and shape[axis] > 1)
    return found or (0,)


def _last(shape: Sequence[int], powers: Sequence[int]) -> int:
    """The last axis of an example; over one of a single entry nothing is averaged."""
    own = range(1, len(shape)) if len(powers) == len(shape) > 1 else ()
    return next((axis for axis in reversed(own) if shape[axis] > 1), -1)


def amount_of_call(
    reduction: str, batch: int, entries: int, factor: float, numbers: Sequence[float], shared: int = 0
) -> Amount:
    """The amount of a likelihood that is called with the name of its reduction.

    Args:
        reduction: its name: ``sum``, ``batchmean``, or anything else for a mean.
        batch: examples; 1 where there is no batch.
        entries: of one example.
        factor: what multiplies the call.
        numbers: one over the numbers that divide it.
        shared: how many of these, the first ones, divide other terms, too.
    """
    of_batch, of_entries = reduction != "sum", reduction not in ("sum", "batchmean")
    total = factor / ((batch if of_batch else 1) * (entries if of_entries else 1))
    return _with_numbers(Amount(total, batch, entries, of_entries, of_batch), numbers, shared)


def _with_numbers(found: Amount, numbers: Sequence[float], shared: int) -> Amount:
    """The amount with a number that is one over a length taken for the mean over it."""
    for place, number in enumerate(numbers):
        if found.batch > 1 and not found.is_mean_of_batch and _is(number, found.batch):
            said = f"{found.batch} is taken for the batch size"
            if found.batch == found.entries:
                said += ", though an example has as many entries: a step with another batch tells"
            found = replace(found, is_mean_of_batch=True, said=(*found.said, said))
        elif place < shared:
            continue  # steps that are accumulated, for one
        elif found.batch > 1 and not found.is_mean_of_batch and _is(number, found.batch * found.entries):
            said = f"{found.batch * found.entries} is taken for the number of all entries"
            found = replace(found, is_mean_of_entries=True, is_mean_of_batch=True, said=(*found.said, said))
        elif found.entries > 1 and not found.is_mean_of_entries and _is(number, found.entries):
            said = f"{found.entries} is taken for the number of entries of an example"
            found = replace(found, is_mean_of_entries=True, said=(*found.said, said))
    return found


def _is(number: float, length: float) -> bool:
    # 1/3 as a double is the fraction 1/3 again, for lengths up to a billion.
    near = Fraction(number).limit_denominator(10**9)
    return abs(number * length - 1) < _CLOSE or (near.numerator == 1 and near.denominator == length)

"""How often the entries of a part count in a loss, from the shapes that occurred.

The coefficient of a part is what multiplies the sum over all its entries: 1/B of a sum over the latents that
is averaged over the batch. Numbers of a run arrive as numbers: a division by 128 is one by the batch size
where the batch has 128 examples, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from klcli.formula.entry import entry
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.shapes.reductions import Reductions, reductions
from klcli.values import dataclass

__all__ = ["Amount", "amount_of", "amount_of_call", "coefficient", "reduced"]

_CLOSE = 1e-9
"""Relative: the rounding of a quotient of doubles; the next length is off by more than 1 in a billion."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How a part is reduced, and what multiplies it then.

    Attributes:
        total: what multiplies the sum over all entries.
        batch: examples; 1 where there is no batch.
        entries: of one example.
        is_mean_of_entries: whether each example's entries are averaged.
        is_mean_of_batch: whether the examples are averaged.
        said: which numbers were taken for lengths.
    """

    total: float
    batch: int
    entries: int
    is_mean_of_entries: bool
    is_mean_of_batch: bool
    said: tuple[str, ...] = ()

    @property
    def weight(self) -> float:
        """What multiplies the part as it is reduced."""
        batch = self.batch if self.is_mean_of_batch else 1
        return self.total * batch * (self.entries if self.is_mean_of_entries else 1)


def reduced(tree: Tree) -> Reductions:
    """What the sums and means of a program do to its symbols."""
    return reductions(tree, entry(tree), free_symbols(tree), counts={})


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
    """
    is_batch = is_of_examples and len(shape) == 1
    shape = (*shape, 1) if is_batch else shape
    batch = shape[0] if has_batch and len(shape) > 1 else 1
    entries = prod(shape) // batch
    powers = sums.scale.powers
    of_entries = bool(powers) and powers[_last(shape, powers)] == -1 and not is_batch
    of_batch = bool(powers) and (len(powers) > 1 or is_batch) and powers[0] == -1 and batch > 1
    found = Amount(coefficient(sums.scale, shape) * factor, batch, entries, of_entries, of_batch)
    return _with_numbers(found, numbers, shared)


def _last(shape: Sequence[int], powers: Sequence[int]) -> int:
    """The last axis of an example; over one of a single entry nothing is averaged."""
    own = range(1, len(shape)) if len(powers) == len(shape) > 1 else ()
    return next((axis for axis in reversed(own) if shape[axis] > 1), -1)


def amount_of_call(
    reduction: str, batch: int, entries: int, factor: float, numbers: Sequence[float], shared: int = 0
) -> Amount:
    """The amount of a likelihood that is called with the name of its reduction.

    Args:
        reduction: its name: ``sum``, or anything else for a mean.
        batch: examples; 1 where there is no batch.
        entries: of one example.
        factor: what multiplies the call.
        numbers: one over the numbers that divide it.
        shared: how many of these, the first ones, divide other terms, too.
    """
    is_mean = reduction != "sum"
    total = factor / (batch * entries) if is_mean else factor
    return _with_numbers(Amount(total, batch, entries, is_mean, is_mean), numbers, shared)


def _with_numbers(found: Amount, numbers: Sequence[float], shared: int) -> Amount:
    """The amount with a number that is one over a length taken for the mean over it."""
    for place, number in enumerate(numbers):
        if found.batch > 1 and not found.is_mean_of_batch and _is(number, found.batch):
            said = f"{found.batch} is taken for the batch size"
            if found.batch == found.entries:
                said += ", though an example has as many entries: a step with another batch tells"
            found = Amount(
                found.total,
                found.batch,
                found.entries,
                found.is_mean_of_entries,
                True,
                (*found.said, said),
            )
        elif place < shared:
            continue  # steps that are accumulated, for one
        elif found.batch > 1 and not found.is_mean_of_batch and _is(number, found.batch * found.entries):
            said = f"{found.batch * found.entries} is taken for the number of all entries"
            found = Amount(found.total, found.batch, found.entries, True, True, (*found.said, said))
        elif found.entries > 1 and not found.is_mean_of_entries and _is(number, found.entries):
            said = f"{found.entries} is taken for the number of entries of an example"
            mean = found.is_mean_of_batch
            found = Amount(found.total, found.batch, found.entries, True, mean, (*found.said, said))
    return found


def _is(number: float, length: int) -> bool:
    # 1/3 as a double is the fraction 1/3 again, for lengths up to a billion.
    near = Fraction(number).limit_denominator(10**9)
    return abs(number * length - 1) < _CLOSE or (near.numerator == 1 and near.denominator == length)

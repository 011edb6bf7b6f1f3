"""How often entries count of which masks keep some: the positions of sequences, or single latents."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import isclose, prod

from klcli.trace.entry_counts import Amount
from klcli.trace.masks import Kept
from klcli.values import replace

_CLOSE = 1e-6
"""Relative: a number of kept positions has a small one added, lest it is 0, and is in single precision."""


def amount_of_kept(
    kept: Kept, factor: float, numbers: Sequence[float], *, shared: int = 0, latents: int = 1
) -> Amount:
    """The amount of a part of which masks keep some entries.

    Args:
        kept: what they keep.
        factor: what multiplies it besides.
        numbers: the numbers in that factor.
        shared: how many of these divide other terms, too, and are no lengths of this one's latents.
        latents: entries of an example that are summed in a KL; masks may tell them apart.
    """
    if kept.entries < latents:
        return _of_latents(kept, factor, numbers, latents)
    return _of_positions(kept, factor, numbers, is_own=shared < len(numbers) or not shared)


def _of_positions(kept: Kept, factor: float, numbers: Sequence[float], *, is_own: bool) -> Amount:
    """The amount where masks keep whole positions."""
    own = [one for one in kept.positions if one]
    count, every, batch, entries = len(own), len(kept.positions), kept.weights.shape[0], kept.entries
    words = f"{count} kept positions"
    found = Amount(factor * sum(own) / max(count, 1), count, entries, False, False, examples=words)
    if len(set(own)) > 1:  # one over the number of kept positions of each example
        is_mean = isclose(sum(own) * entries, 1, rel_tol=_CLOSE)
        words = f"the batch of means over {words}"
        return replace(found, is_mean_of_entries=is_mean, is_mean_of_batch=True, examples=words)
    lengths = (
        (count, words),
        (every, f"{every} positions, of which {count} are kept"),
        (batch, f"the batch of sums over {words}"),
    )
    means = (
        (length * divisor, replace(found, batch=length, is_mean_of_batch=True, examples=words), divisor > 1)
        for length, words in lengths
        for divisor in dict.fromkeys((1, entries) if is_own else (1,))
    )
    rows = [(length, replace(one, is_mean_of_entries=is_mean)) for length, one, is_mean in means]
    return _divided(own[:1], numbers, rows) or found


def _of_latents(kept: Kept, factor: float, numbers: Sequence[float], latents: int) -> Amount:
    """The amount where masks keep some of the latents of an example."""
    every = kept.weights.values
    rows = [[one for one in every[at : at + latents] if one] for at in range(0, len(every), latents)]
    own, batch = [one for row in rows for one in row], len(rows)
    count, words = len(own), f"over {len(own)} kept latents of {batch} examples"
    found = Amount(
        factor * sum(own) / max(count, 1), batch, count / batch, False, False, words=f"sum {words}"
    )
    mean = replace(found, is_mean_of_entries=True, is_mean_of_batch=True)
    if len(set(own)) > 1:
        totals = [sum(row) for row in rows if row]
        if all(isclose(one, totals[0], rel_tol=_CLOSE) for one in totals):
            return replace(mean, words=f"mean over the kept latents of each of {batch} examples")
        return replace(found, words=f"weighed sum {words}")
    of_sums = f"sum over {count} kept latents, mean over {batch} examples"
    of_all = f"mean over {len(every)} latents of {batch} examples, of which {count} are kept"
    lengths = (
        (count, replace(mean, words=f"mean {words}")),
        (batch, replace(found, is_mean_of_batch=True, words=of_sums)),
        (len(every), replace(mean, entries=latents, words=of_all)),
    )
    return _divided(own[:1], numbers, lengths) or found


def _divided(
    weights: Sequence[float], numbers: Sequence[float], lengths: Sequence[tuple[float, Amount]]
) -> Amount | None:
    """The amount of the length that weights and numbers, all of them or some, are one over; None for none."""
    for count in reversed(range(len(numbers) + 1)):
        for some in combinations(numbers, count):
            for length, amount in lengths:
                if any(isclose(weight * prod(some) * length, 1, rel_tol=_CLOSE) for weight in weights):
                    return amount
    return None

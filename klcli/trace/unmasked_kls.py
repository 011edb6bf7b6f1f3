"""KLs that are divided by how many positions a mask keeps, though no mask leaves any of them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from klcli.trace.kl_counts import other_counts, shape_of
from klcli.trace.masks import is_count, is_mask
from klcli.trace.recording import Recording
from klcli.trace.terms import Term


def unmasked_kls(recording: Recording, terms: Sequence[Term]) -> Iterator[Term]:
    """The KLs of all positions of a mask that are divided by how many it keeps.

    That of a sequence as a whole is divided by a number of its positions to be one of each. The steps of
    sequences may be terms of their own.
    """
    several: dict[int, list[tuple[Term, int]]] = {}
    for term in terms:
        kernel = term.kernel
        if kernel is None or term.part.matrices or _has_mask(recording, term):
            continue
        shape = shape_of(term.part, kernel)
        if not shape or not other_counts(recording, term.part, shape):
            continue
        lengths = {prod(shape[: last + 1]) for last in range(len(shape))}
        for size in _mask_sizes(recording, term):
            if size in lengths:
                yield term
            elif size % shape[0] == 0:
                several.setdefault(size, []).append((term, shape[0]))
    for size, steps in several.items():
        if len(steps) > 1 and sum(length for _, length in steps) == size:
            yield from (term for term, _ in steps)


def _has_mask(recording: Recording, term: Term) -> bool:
    below = recording.leading_to(term.part.chain.core)
    return bool(term.part.chain.masks(recording)) or any(is_mask(recording, one) for one in below)


def _mask_sizes(recording: Recording, term: Term) -> set[int]:
    """The sizes of the masks whose kept positions are counted."""
    counts = (one for one in term.part.chain.divisors if is_count(recording, one))
    below = (node for one in counts for node in recording.leading_to(one))
    return {recording.steps[one].size for one in below if is_mask(recording, one)}

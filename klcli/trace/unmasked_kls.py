"""KLs that count the padding of sequences, which a mask leaves out of something else of their loss.

That is the number of positions that they are divided by, or another term beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from klcli.lint.findings.types import Severity
from klcli.trace.kl_counts import other_counts, shape_of
from klcli.trace.masks import is_count, is_mask, values_of
from klcli.trace.recording import Recording
from klcli.trace.terms import Term

_DIVIDED = "it is divided by how many positions a mask keeps, and the mask leaves none of it out"
_LATENTS = f"{_DIVIDED}, unless its last axis is one of latents"


def unmasked_kls(recording: Recording, terms: Sequence[Term]) -> Iterator[tuple[Term, str, Severity]]:
    """The KLs of all positions of a mask that should be of those that it keeps, and what is said of each.

    Args:
        recording: the run.
        terms: of a loss.
    """
    own = [
        term for term in terms if term.kernel and not term.part.matrices and not _has_mask(recording, term)
    ]
    yield from _of_counts(recording, own)
    for term in own:
        for other in terms:
            if text := _beside_a_mask(recording, term, other):
                yield term, text, "warning"
                break


def _of_counts(recording: Recording, terms: Sequence[Term]) -> Iterator[tuple[Term, str, Severity]]:
    """Those that are divided by how many positions a mask keeps, though no mask leaves any of them out.

    That of a sequence as a whole is divided by a number of its positions to be one of each. The steps of
    sequences may be terms of their own.
    """
    several: dict[int, list[tuple[Term, int]]] = {}
    for term in terms:
        assert term.kernel
        shape = shape_of(term.part, term.kernel)
        if not shape or not other_counts(recording, term.part, shape):
            continue
        lengths = {prod(shape[:last]) for last in range(1, max(len(shape), 2))}
        for size in _mask_sizes(recording, term):
            if size in lengths:
                yield term, _DIVIDED, "warning"
            elif size == prod(shape):  # its latents are as many as the mask has positions, or are these
                yield term, _LATENTS, "note"
            elif size % shape[0] == 0:
                several.setdefault(size, []).append((term, shape[0]))
    for size, steps in several.items():
        if len(steps) > 1 and sum(length for _, length in steps) == size:
            yield from ((term, _DIVIDED, "warning") for term, _ in steps)


def _beside_a_mask(recording: Recording, term: Term, other: Term) -> str:
    """What is said of a KL beside a term whose mask leaves padding out; empty for nothing.

    Only padding at an end of sequences of several lengths is: what is missing elsewhere, or in all of them,
    may have latents all the same.
    """
    if other.kernel or other.kind == "estimator":
        return ""
    assert term.kernel
    names, symbols = term.kernel.verification.best.verdict.roles.names, term.part.builder.symbols
    shapes = [recording.steps[symbols[name]].shape for name in names if name in symbols]
    for mask, values in _masks_on(recording, other):
        shape = _without_ones(recording.steps[mask].shape)
        is_of_positions = len(shape) == 2 and any(one[:2] == shape and len(one) > 2 for one in shapes)
        if values and is_of_positions and _is_padding(values, shape):
            kept = f"keeps {int(sum(values))} of {len(values)} positions"
            return f"the mask of {other.name} {kept}, and the KL counts all of them"
    return ""


def _masks_on(recording: Recording, term: Term) -> Iterator[tuple[int, tuple[float, ...]]]:
    """The masks that are laid on a term, with 1 where they keep it; ``masked_fill`` names the rest."""
    for index in term.part.chain.masks(recording):
        step = recording.steps[index]
        is_filled = step.op == "where" and step.args[1] not in step.below
        for one in step.below if step.op != "div" else ():
            values = values_of(recording, one) if is_mask(recording, one) else None
            if values:
                yield one, tuple(1 - value for value in values) if is_filled else values


def _without_ones(shape: Sequence[int]) -> tuple[int, ...]:
    """A shape without the axes of one entry at its end."""
    found = tuple(shape)
    while found and found[-1] == 1:
        found = found[:-1]
    return found


def _is_padding(values: Sequence[float], shape: Sequence[int]) -> bool:
    """Whether a mask leaves out the ends, or the beginnings, of sequences of several lengths."""
    rows = [values[at : at + shape[1]] for at in range(0, len(values), shape[1])]
    for lines in (rows, list(zip(*rows, strict=True))):
        ends = {any(line) and sorted(line, reverse=True) == list(line) for line in lines}
        starts = {any(line) and sorted(line) == list(line) for line in lines}
        if {True} in (ends, starts) and len(set(map(sum, lines))) > 1:
            return True
    return False


def _has_mask(recording: Recording, term: Term) -> bool:
    below = recording.leading_to(term.part.chain.core)
    return bool(term.part.chain.masks(recording)) or any(is_mask(recording, one) for one in below)


def _mask_sizes(recording: Recording, term: Term) -> set[int]:
    """The sizes of the masks whose kept positions are counted."""
    counts = (one for one in term.part.chain.divisors if is_count(recording, one))
    below = (node for one in counts for node in recording.leading_to(one))
    return {recording.steps[one].size for one in below if is_mask(recording, one)}

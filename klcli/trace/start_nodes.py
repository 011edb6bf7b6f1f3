"""Where a program may begin: nodes on the way to a term that stand for all that they are computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from klcli.trace.recording import Recording, Step
from klcli.trace.walks import reached

_MOST_CUTS = 6
"""Nodes that are tried as symbols of their own."""


def cuts_of(recording: Recording, core: int) -> Iterator[tuple[int, ...]]:
    """The nodes, by one and by two, that may be symbols of a program, whatever they are computed from.

    Args:
        recording: the run.
        core: the node of the program.
    """
    found = list(_bottlenecks(recording, core))[:_MOST_CUTS]
    yield from ((one,) for one in found)
    yield from combinations(found, 2)
    # A mean and a head of the same arrays, as those of a product of experts are.
    named = [one for one in _inside(recording, core) if recording.steps[one].names and one not in found]
    for pair in combinations(named[:_MOST_CUTS], 2):
        if not _is_below(recording, *pair) and _lead_alone(recording, core, pair):
            yield pair
    yield from wide_cuts_of(recording, core)


def wide_cuts_of(recording: Recording, core: int) -> Iterator[tuple[int, ...]]:
    """The same of a term of many leaves: nodes that need not be all that these lead through.

    Args:
        recording: the run.
        core: the node of the program.
    """
    for nodes in (_held, _given, _chosen):
        found = tuple(nodes(recording, core))
        if 0 < len(found) <= _MOST_CUTS:
            yield found


def _held(recording: Recording, core: int) -> Iterator[int]:
    """The outermost arrays that train nothing and are computed, as a policy before its update is."""
    seen, stack = {core}, [core]
    while stack:
        for below in recording.steps[stack.pop()].below:
            step = recording.steps[below]
            if below in seen:
                continue
            seen.add(below)
            if step.grad:
                stack.append(below)
            elif step.size > 1 and not step.is_leaf and _has_leaves(recording, below):
                yield below


def _given(recording: Recording, core: int) -> Iterator[int]:
    """The arrays that the function is given in which a term is computed."""
    place = recording.steps[core].place
    seen, stack = {core}, [core]
    while stack and place:
        for below in recording.steps[stack.pop()].below:
            step = recording.steps[below]
            if below in seen:
                continue
            seen.add(below)
            if step.place and (step.place.path, step.place.function) == (place.path, place.function):
                stack.append(below)
            elif step.size > 1 and not step.is_leaf and _has_leaves(recording, below):
                yield below


def _chosen(recording: Recording, core: int) -> Iterator[int]:
    """The outermost arrays of which a mask leaves some entries, as a mean that is 0 at padding."""
    seen, stack = {core}, [core]
    while stack:
        for below in recording.steps[stack.pop()].below:
            step = recording.steps[below]
            if below not in seen:
                seen.add(below)
                if step.op in ("where", "keep"):
                    yield below
                else:
                    stack.append(below)


def _has_leaves(recording: Recording, index: int) -> bool:
    """Whether a node is computed from arrays, and not from numbers alone."""
    return any(recording.steps[one].is_leaf for one in recording.leading_to(index))


def _inside(recording: Recording, core: int) -> Iterator[int]:
    """The arrays that are computed on the way to a node, the outermost first."""
    for one in sorted(recording.leading_to(core), reverse=True):
        step = recording.steps[one]
        if one != core and not step.is_leaf and step.op != "stop" and step.size > 1:
            yield one


def _is_below(recording: Recording, one: int, other: int) -> bool:
    return min(one, other) in recording.leading_to(max(one, other))


def _lead_alone(recording: Recording, core: int, nodes: Sequence[int]) -> bool:
    """Whether all ways from the leaves below some nodes to another lead through these."""
    own = {leaf for one in nodes for leaf in recording.leading_to(one) if recording.steps[leaf].is_leaf}
    return bool(own) and not own & _reached_without(recording, core, nodes)


def _bottlenecks(recording: Recording, core: int) -> Iterator[int]:
    """The nodes that their leaves lead through alone, the outermost first.

    They have a name, or several uses, or a number that is added.
    """
    inside = sorted(recording.leading_to(core), reverse=True)
    uses = dict.fromkeys(inside, 0)
    for one in inside:
        # What a stopped array is used for its array is used for; that the gradient stops is kept.
        is_stop = recording.steps[one].op == "stop"
        for below in recording.steps[one].below:
            uses[below] += uses[one] if is_stop else 1
    for one in _inside(recording, core):
        step = recording.steps[one]
        is_used = uses[one] > 1 or bool(step.names) or _is_shifted(step)
        if is_used and _lead_alone(recording, core, (one,)):
            yield one


def _is_shifted(step: Step) -> bool:
    """Whether it is an array with a number added, as in ``softplus(x) + 0.1``."""
    return step.op in ("add", "sub") and len(step.below) == 1


def _reached_without(recording: Recording, core: int, without: Sequence[int]) -> set[int]:
    return set(reached(core, lambda one: set(recording.steps[one].below).difference(without)))


def samples_below(recording: Recording, core: int) -> Iterator[int]:
    """The arrays on the way to a node that are sums with noise in them, the innermost first."""
    noisy: set[int] = set()
    for one in sorted(recording.leading_to(core)):
        step = recording.steps[one]
        if step.op == "noise" or noisy.intersection(step.below):
            noisy.add(one)
            if step.op in ("add", "sub") and step.size > 1:
                yield one

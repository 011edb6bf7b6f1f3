"""Weights that are trained: single numbers made of parameters alone, as ``exp(-log_var)`` of a task is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from klcli.trace.recording import Recording
from klcli.trace.walks import reached

_MOST_ENTRIES = 64
"""Of all parameters that a weight is made of; losses have a few terms."""


def learned_weight(recording: Recording, index: int, other: int) -> float | None:
    """The value of a node that is a trained weight of another node; None if it is none.

    Args:
        recording: the run.
        index: of a product or quotient.
        other: what it multiplies or divides.
    """
    step = recording.steps[index]
    if step.size != 1 or not step.grad or not step.values or not step.values[0]:
        return None
    own, rest = (set(_sources(recording, one)) for one in (index, other))
    is_trained = all(recording.steps[one].more.get("made_by") == "a parameter" for one in own)
    # Of a weight and the KL of a network's weights, both are made of parameters, and the one of fewer.
    size, count = (sum(recording.steps[one].size for one in nodes) for nodes in (own, rest))
    is_small = size <= _MOST_ENTRIES and size < count
    return step.values[0] if is_trained and is_small and not own & rest else None


def is_of_weights(recording: Recording, index: int, weights: Iterable[int]) -> bool:
    """Whether a node is made of what trained weights are made of, as ``-log_w`` beside ``exp(log_w)``.

    Args:
        recording: the run.
        index: of the node.
        weights: the nodes of the weights.
    """
    own = set(_sources(recording, index))
    return bool(own) and own <= {one for weight in weights for one in _sources(recording, weight)}


def _sources(recording: Recording, index: int) -> Iterator[int]:
    """The arrays that a node is computed from: those that parts are taken of, and what others are made of."""

    def below(node: int) -> Iterable[int]:
        step = recording.steps[node]
        return (*step.operands, *step.more.get("sources", ())) if step.is_leaf else step.below

    return (one for one in reached(index, below) if not below(one) and recording.steps[one].is_leaf)

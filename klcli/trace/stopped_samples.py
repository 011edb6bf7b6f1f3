"""Samples that no gradient flows through: ``z = q.sample()`` where ``q.rsample()`` trains the encoder.

The KL is right, and nothing else trains its mean and its head: what the decoder makes of the sample does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.trace.anatomy import Anatomy
from klcli.trace.recording import NotedLoss, Place, Recording
from klcli.trace.samplers import drawn_nodes
from klcli.trace.terms import Term

_CLOSE = 1e-5
"""Relative to the largest: what roundings make of a gradient that comes through one term alone."""


def stopped_samples(recording: Recording, one: Anatomy) -> Iterator[tuple[Term, Place | None, str]]:
    """The KLs whose samples are stopped and that alone train their posterior: with the place, and in words.

    Args:
        recording: the run.
        one: a loss, whose gradients by its arrays were noted as a whole.
    """
    if not any(term.kind in ("likelihood", "other") for term in one.terms):
        return
    for term in one.terms:
        kernel = term.kernel
        if (
            kernel is None
            or term.part.matrices
            or kernel.is_sampled
            or not _trains_alone(recording, one.loss, term)
        ):
            continue
        role = kernel.verification.best.verdict.roles
        symbols = term.part.builder.symbols
        nodes = [symbols[name] for name in (role.mean, role.head) if name in symbols]
        drawn = samples_of_arrays(recording, nodes)
        if drawn and all(is_stopped(recording, index) for index in drawn):
            spelled = term.part.builder.spellings
            names = " and ".join(spelled.get(name, name) for name in (role.mean, role.head) if name)
            text = f"the sample is drawn without a gradient: nothing but the KL trains {names}"
            yield term, recording.steps[drawn[0]].place, text


def samples_of_arrays(recording: Recording, nodes: Sequence[int]) -> list[int]:
    """The sums of noise and some arrays, and of nothing else.

    Args:
        recording: the run.
        nodes: the arrays.
    """
    return [index for index in drawn_nodes(recording) if _is_of(recording, index, nodes)]


def _is_of(recording: Recording, sample: int, nodes: Sequence[int]) -> bool:
    """Whether noise and some arrays are all that a sum is computed from."""
    leaves = [one for one in recording.leading_to(sample) if recording.steps[one].is_leaf]
    own = {one for node in nodes for one in recording.leading_to(node) if recording.steps[one].is_leaf}
    return own == {one for one in leaves if recording.steps[one].op != "noise"}


def _trains_alone(recording: Recording, loss: NotedLoss, term: Term) -> bool:
    """Whether the gradients of a loss by the mean and the head of a KL are those of the KL."""
    assert term.kernel
    role, symbols = term.kernel.verification.best.verdict.roles, term.part.builder.symbols
    nodes = [symbols[name] for name in (role.mean, role.head) if name in symbols]
    return bool(nodes) and all(_has_gradient_of(recording, loss, term, node) for node in nodes)


def _has_gradient_of(recording: Recording, loss: NotedLoss, term: Term, node: int) -> bool:
    """Whether the gradient of a loss by an array, or by what that is computed from, is that of a term."""
    start = term.part.chain.above[0][0]
    leaves = [one for one in recording.leading_to(node) if (loss.node, one) in loss.whole_gradients]
    own = [node] if node in leaves else leaves
    return bool(own) and all(
        _are_alike(loss.whole_gradients[loss.node, one], loss.gradients.get((start, one))) for one in own
    )


def _are_alike(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if not one or not other or len(one) != len(other) or not any(other):
        return False
    limit = _CLOSE * max(map(abs, other))
    return all(abs(a - b) <= limit for a, b in zip(one, other, strict=True))


def is_stopped(recording: Recording, index: int) -> bool:
    """Whether no gradient flows through a node.

    Args:
        recording: the run.
        index: of the node.
    """
    is_cut = any(step.op == "stop" and step.args[0] == index for step in recording.steps)
    return is_cut or not recording.steps[index].grad

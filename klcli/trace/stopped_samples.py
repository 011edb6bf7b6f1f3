"""Samples that no gradient flows through: ``z = q.sample()`` where ``q.rsample()`` trains the encoder.

The KL is right, and nothing else trains its mean and its head: what the decoder makes of the sample does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from klcli.trace.anatomy import Anatomy
from klcli.trace.recording import NotedLoss, Place, Recording
from klcli.trace.samplers import drawn_nodes, paired
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
        if kernel is None or term.part.matrices or kernel.is_sampled or not _trains_alone(one.loss, term):
            continue
        role = kernel.verification.best.verdict.roles
        drawn = [index for index in drawn_nodes(recording) if paired(recording, index, term, role)]
        if drawn and all(_is_stopped(recording, index) for index in drawn):
            spelled = term.part.builder.spellings
            names = " and ".join(spelled.get(name, name) for name in (role.mean, role.head) if name)
            text = f"the sample is drawn without a gradient: nothing but the KL trains {names}"
            yield term, recording.steps[drawn[0]].place, text


def _trains_alone(loss: NotedLoss, term: Term) -> bool:
    """Whether the gradients of a loss by the mean and the head of a KL are those of the KL."""
    assert term.kernel
    role, symbols = term.kernel.verification.best.verdict.roles, term.part.builder.symbols
    start = term.part.chain.above[0][0]
    pairs = [
        (loss.whole_gradients.get((loss.node, node)), loss.gradients.get((start, node)))
        for node in (symbols.get(name or "") for name in (role.mean, role.head))
        if node is not None
    ]
    return bool(pairs) and all(_are_alike(*pair) for pair in pairs)


def _are_alike(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if not one or not other or len(one) != len(other) or not any(other):
        return False
    limit = _CLOSE * max(map(abs, other))
    return all(abs(a - b) <= limit for a, b in zip(one, other, strict=True))


def _is_stopped(recording: Recording, index: int) -> bool:
    return any(step.op == "stop" and step.args[0] == index for step in recording.steps)

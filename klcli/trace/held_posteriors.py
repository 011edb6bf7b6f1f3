"""Posteriors that their only KL holds still as a whole, though samples of them are trained.

``KL(sg(q) || p)`` alone fits the prior to a posterior that nothing keeps near it. That is meant where the
posterior is trained elsewhere, or not at all; beside ``KL(q || sg(p))`` it is balancing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.judge.gradient_flow import NO_GRADIENT
from klcli.trace.anatomy import Anatomy
from klcli.trace.recording import Recording
from klcli.trace.stopped_samples import is_stopped, samples_of_arrays
from klcli.trace.terms import Term


def held_posteriors(recording: Recording, anatomies: Sequence[Anatomy]) -> Iterator[tuple[Term, str]]:
    """The KLs that alone are of a posterior and hold it still, with what is said of each.

    Args:
        recording: the run.
        anatomies: its losses; where the prior has a step of its own, another of them trains the posterior.
    """
    terms = [term for one in anatomies for term in one.terms]
    for term in terms:
        kernel = term.kernel
        if kernel is None or term.part.matrices or kernel.is_sampled:
            continue
        role, symbols = kernel.verification.best.verdict.roles, term.part.builder.symbols
        own = [name for name in (role.mean, role.head) if name in symbols]
        if len(own) != 2 or set(own) != set(kernel.flow.held):
            continue
        nodes = [symbols[name] for name in own]
        if _is_sampled(recording, nodes) and not _is_trained(recording, terms, term, nodes):
            names = " and ".join(term.part.builder.spellings.get(name, name) for name in own)
            text = f"{names} are held still in their only KL, and sampled with a gradient all the same"
            yield term, text


def _is_sampled(recording: Recording, nodes: Sequence[int]) -> bool:
    """Whether a sample of some arrays is drawn that a gradient flows through."""
    drawn = samples_of_arrays(recording, nodes)
    return any(recording.steps[index].grad and not is_stopped(recording, index) for index in drawn)


def _is_trained(recording: Recording, terms: Sequence[Term], held: Term, nodes: Sequence[int]) -> bool:
    """Whether another term than a likelihood may train an array, as another KL does, or an entropy."""
    own = {leaf for node in nodes for leaf in _leaves(recording, node)}
    return any(
        bool(own & {leaf for leaf in _leaves(recording, term.part.chain.core) if _flows(term, leaf)})
        for term in terms
        if term is not held and term.kind != "likelihood" and NO_GRADIENT not in term.conditions
    )


def _flows(term: Term, leaf: int) -> bool:
    """Whether a term does not hold an array still."""
    still = term.kernel.flow.still if term.kernel else set()
    return leaf not in {term.part.builder.symbols[name] for name in still}


def _leaves(recording: Recording, index: int) -> set[int]:
    """The arrays that a node is computed from, each by one of its nodes."""
    steps = recording.steps
    return {min(recording.alike(one)) for one in recording.leading_to(index) if steps[one].is_leaf}

"""Gaussians that KLs hold still, as in balancing: each of the two is to be trained by one of the terms.

`a KL(sg(q) || p) + b KL(q || sg(p))` trains both. Where an array is held still in every term between the same
two Gaussians, and the other array of its side is not, nothing trains it; nor does a side that all terms hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.judge.gradient_flow import NO_GRADIENT
from klcli.trace.terms import Term


def never_trained(terms: Sequence[Term]) -> Iterator[tuple[Term, str]]:
    """The terms, one for each two Gaussians, with what is never trained by these, in words.

    Args:
        terms: of a loss.
    """
    groups: dict[frozenset[int], list[Term]] = {}
    for term in terms:
        kernel = term.kernel
        if kernel and kernel.flow.held and not kernel.is_sampled and not term.part.matrices:
            groups.setdefault(frozenset(node for side in _sides(term) for node in side), []).append(term)
    for own in groups.values():
        moved = {node for term in own for node in _moved(term)}
        for side in _sides(own[0]):
            still = [node for node in side if node not in moved]
            if still and (len(still) < len(side) or len(own) > 1):
                yield own[-1], _words([side[node] for node in still], len(own))


def is_trained_besides(term: Term, terms: Sequence[Term]) -> bool:
    """Whether another KL of a loss trains the Gaussians of one that is stopped, which adds its value.

    So may another estimator of the same log-probabilities.
    """
    if term.kernel is None:
        own = set(term.part.builder.symbols.values())
        every = (one for one in terms if one.kind == term.kind and NO_GRADIENT not in one.conditions)
        return any(own == set(one.part.builder.symbols.values()) for one in every)
    trained = [one for one in terms if one.kernel and NO_GRADIENT not in one.conditions]
    return not term.part.matrices and any(
        not one.part.matrices and _sides(one) == _sides(term) for one in trained
    )


def _sides(term: Term) -> tuple[dict[int, str], dict[int, str]]:
    """The nodes of the two Gaussians with what these are called in the run."""
    assert term.kernel
    role, builder = term.kernel.verification.best.verdict.roles, term.part.builder
    pairs = ((role.mean, role.head), (role.prior_mean, role.prior_head))
    first, second = (
        {builder.symbols[name]: builder.spellings.get(name, name) for name in pair if name} for pair in pairs
    )
    return first, second


def _moved(term: Term) -> set[int]:
    """The nodes that a gradient of a term flows to."""
    assert term.kernel
    still, symbols = term.kernel.flow.still, term.part.builder.symbols
    names = term.kernel.verification.best.verdict.roles.names
    return {symbols[name] for name in names if name and name not in still}


def _words(names: Sequence[str], count: int) -> str:
    text = " and ".join(names)
    many = "both KLs" if count == 2 else f"all {count} KLs"
    where = "the KL" if count == 1 else f"{many} between the same two Gaussians"
    return f"{text} {'is' if len(names) == 1 else 'are'} held still in {where}: nothing of it trains {text}"

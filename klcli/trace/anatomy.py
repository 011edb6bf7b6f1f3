"""The anatomy of a loss: its additive terms, and the effective beta of its KLs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from klcli.judge.weight import LIKELIHOODS, Counts, TwoTermLoss, Weighing, WeightedTerm, weigh
from klcli.trace.kl_counts import is_of_parameters
from klcli.trace.recording import NotedLoss, Recording
from klcli.trace.summands import parts_of
from klcli.trace.terms import Term, term_of
from klcli.values import dataclass, field

_CLOSE = 1e-9
"""Relative, of weights that are equal."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A loss and its terms.

    Attributes:
        loss: what was noted of it.
        terms: its terms.
        weighing: the effective beta of a loss with one likelihood and KLs of examples.
        likelihood: the term that the KLs are weighed against.
        sigmas: the smallest and the largest standard deviation that this has of its own at the step.
    """

    loss: NotedLoss
    terms: tuple[Term, ...]
    weighing: Weighing | None = None
    likelihood: Term | None = field(default=None)
    sigmas: tuple[float, float] | None = None


def anatomy_of(recording: Recording, loss: NotedLoss) -> Anatomy:
    """Take a loss apart."""
    terms = tuple(term_of(recording, loss, part) for part in parts_of(recording, loss.node))
    likelihood, weighing = _weighed(recording, terms)
    return Anatomy(loss, terms, weighing, likelihood, _sigmas(recording, likelihood) if likelihood else None)


def _sigmas(recording: Recording, term: Term) -> tuple[float, float] | None:
    """The smallest and the largest standard deviation of a likelihood that has its own; None if not known."""
    own = term.part.likelihood
    values = recording.steps[term.part.builder.symbols[own.spread]].values if own and own.spread else None
    return (own.sigma(min(values)), own.sigma(max(values))) if own and values else None


def _weighed(recording: Recording, terms: Sequence[Term]) -> tuple[Term | None, Weighing | None]:
    """The effective beta, of a loss with likelihoods of one kind and KLs of examples that weigh alike.

    There are several of each where the steps of a sequence are added up one by one.
    """
    likely = [term for term in terms if term.kind == "likelihood" and term.amount]
    kls = [term for term in terms if term.kernel and term.amount and not term.part.is_taken_away]
    is_learned = any(term.part.chain.learned for term in (*likely, *kls))
    if (
        not likely
        or not kls
        or is_learned
        or not _are_alike(likely)
        or len({_name(term) for term in likely}) != 1
    ):
        return None, None
    own = likely[0]
    assert own.amount
    assert own.part.likelihood
    totals = [term.amount.total for term in kls if term.amount]
    alike = _are_alike(kls)
    of_weights = any(term.kernel and is_of_parameters(recording, term.part, term.kernel) for term in kls)
    if not alike or of_weights or not own.part.likelihood.has_beta or own.amount.total <= 0:
        return own, None
    row = LIKELIHOODS[own.part.likelihood.name]
    one = WeightedTerm(Fraction(own.amount.total), "sum")
    other = WeightedTerm(Fraction(totals[0]), "sum")
    return own, weigh(TwoTermLoss(row, one, other, Counts()))


def _are_alike(terms: Sequence[Term]) -> bool:
    """Whether terms weigh alike: products of the same numbers in another order differ by roundings alone."""
    totals = [term.amount.total for term in terms if term.amount]
    return max(totals) - min(totals) <= _CLOSE * max(map(abs, totals))


def _name(term: Term) -> str:
    return term.part.likelihood.name if term.part.likelihood else ""

"""One additive term of a loss: place, kind, weight of one example, value, and what the judge says of it."""

from __future__ import annotations

from itertools import pairwise
from math import isclose
from typing import TYPE_CHECKING, Literal, TypeAlias

from klcli.gaussian.parameterization import Parameterization
from klcli.judge.condition_kinds import Condition
from klcli.judge.gradient_flow import NO_GRADIENT
from klcli.judge.proof import is_proved
from klcli.judge.scaled_kl import ScaledKL
from klcli.trace.entry_counts import Amount
from klcli.trace.gradients import Slope, slopes_of
from klcli.trace.kl_counts import estimator_amount, is_of_parameters, kl_amount
from klcli.trace.kl_recognition import Kernel
from klcli.trace.likelihood_counts import likelihood_amount
from klcli.trace.likelihoods import NAMES
from klcli.trace.loss_part import Part
from klcli.trace.number_checks import Agreement, evaluated_here, held_against, noted_here
from klcli.trace.probability_tables import KIND, verdict_on_table
from klcli.trace.recording import NotedLoss, Place, Recording
from klcli.trace.term_conditions import conditions_of, has_gradient, unheld
from klcli.trace.typed_factors import is_weighed
from klcli.trace.unrecognized_terms import Unknown, looked_at
from klcli.trace.wording import kl_words, place_words, reduction_words
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.trace.matrices.kl_recognition import MatrixKl

_ROUNDED = 1e-6
"""Relative: a weight of single precision, as 1/d times d is there."""
_NEGLIGIBLE = 1e-9
"""A constant relative to its KL that is the rounding of a number in the program."""
_VALUES_ALONE = "its values were tried; whether its gradients are those of the KL is not judged"
_HELD = "one of the two Gaussians is held still: no gradient flows to it"

Kind: TypeAlias = Literal["kl", "estimator", "likelihood", "other"]


@dataclass(frozen=True, slots=True)
class Term:
    """One additive term of a loss.

    Attributes:
        kind: what it is.
        part: the part of the loss.
        place: where it was computed.
        name: of the variable that held it, or of the call.
        what: what it is, in words.
        verdict: as `klcli verify` gives it; empty for what is no KL.
        amount: how it is reduced and how often it counts; None where that is not known.
        contribution: what it adds to the loss at this step; None where that was not noted.
        value: its value without its weight.
        proof: ``algebra``, ``points`` or empty.
        agreement: what the numbers of the step say.
        slopes: what its gradients at the step say.
        unknown: what is wrong with a term that is none of the known ones.
        conditions: what a verdict needs besides.
    """

    kind: Kind
    part: Part
    place: Place | None
    name: str
    what: str
    verdict: str = ""
    amount: Amount | None = None
    contribution: float | None = None
    value: float | None = None
    proof: str = ""
    agreement: Agreement | None = None
    slopes: tuple[Slope, ...] = ()
    unknown: Unknown | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def kernel(self) -> Kernel | None:
        """The KL that it is."""
        return self.part.kernel

    @property
    def parameterization(self) -> Parameterization | None:
        """What its head is taken for; of a wrong KL, under which reading its mistake explains it."""
        if self.kernel is None:
            return None
        return (self.kernel.mistaken or self.kernel.verification).best.verdict.parameterization

    @property
    def reduction(self) -> str:
        """How it is reduced, in one of four words; empty where that is not known."""
        if self.amount is None:
            return ""
        of_entries, of_batch = self.amount.is_mean_of_entries, self.amount.is_mean_of_batch
        alike = self.amount.batch == 1 or of_entries == of_batch
        if alike:
            return "mean" if of_entries else "sum"
        return "mean-sum" if of_entries else "sum-mean"

    @property
    def is_sum_by_weight(self) -> bool:
        """Whether a mean over the latents has the weight with which it is their sum: ``d * kl.mean()``."""
        one = self.amount
        return (
            one is not None and one.is_mean_of_entries and isclose(one.weight, one.entries, rel_tol=_ROUNDED)
        )

    @property
    def is_of_tables(self) -> bool:
        """Whether it is a KL of tables of probabilities."""
        return self.part.likelihood is not None and self.part.likelihood.name == KIND

    @property
    def weight(self) -> float | None:
        """What multiplies it, as it is reduced."""
        return self.amount.weight if self.amount else None


def term_of(recording: Recording, loss: NotedLoss, part: Part) -> Term:
    """A part of a loss as a term of it.

    Args:
        recording: the run.
        loss: of which it is a part.
        part: what is added in it.
    """
    kernel = part.kernel
    if kernel:
        term = _kl_term(recording, part, kernel)
        assert term.amount
        if part.matrices:
            return _with_slopes_of_matrices(recording, loss, term, part.matrices)
        slopes = slopes_of(recording, loss, part, kernel, term.amount)
        said = () if slopes else unheld(recording, part)
        return replace(term, slopes=slopes, conditions=(*term.conditions, *said))
    if part.likelihood:
        return _likelihood_term(recording, part)
    unknown = looked_at(recording, part)
    place, name = _standing(recording, part, None)
    found = Term("other", part, place, name, place_words(recording, part), unknown=unknown)
    if unknown.is_kl:
        found = replace(found, kind="kl", verdict=unknown.verdict, what=unknown.what)
    if unknown.estimator:
        amount = estimator_amount(recording, part, unknown.factor)
        what = f"{unknown.what}, {reduction_words(amount, 'tokens')}" if amount else unknown.what
        found = replace(found, kind="estimator", verdict=unknown.verdict, what=what, amount=amount)
    weight = found.amount.weight if found.amount else 1.0
    conditions = unknown.conditions
    if found.kind == "estimator" and not has_gradient(recording, part) and NO_GRADIENT not in conditions:
        conditions = (*conditions, NO_GRADIENT)
    return _with_value(recording, replace(found, conditions=conditions), weight)


def _kl_term(recording: Recording, part: Part, kernel: Kernel) -> Term:
    found, builder = kernel.verification, part.builder
    verdict = found.best.verdict
    if part.matrices:
        from klcli.trace.matrices.matrix_kl_counts import (  # most losses have none
            agreement_of,
            amount_of_matrices,
        )

        amount = amount_of_matrices(recording, part.chain, part.matrices)
        own = amount.weight / abs(part.chain.factor)
    else:
        assert verdict.kl
        amount = kl_amount(recording, part, kernel)
        own = float(verdict.kl.scale)
    boundary = _boundary(recording, part, own)
    has_shift = verdict.kl is not None and _has_shift(verdict.kl)
    exact = boundary is not None and not has_shift and verdict.kind in ("exact", "scaled")
    kind = (
        "wrong"
        if (kernel.mistaken and part.matrices) or kernel.mistake
        else "exact"
        if exact
        else verdict.kind
    )
    if kind == "exact" and (amount.is_mean_of_entries or part.chain.learned):
        kind = "scaled"
    place, name = _standing(recording, part, boundary)
    term = Term(
        "kl",
        part,
        place,
        name,
        kl_words(kernel, builder, amount, has_batch=not is_of_parameters(recording, part, kernel)),
        kind,
        amount,
        proof="points" if part.matrices or not is_proved(found.prepared.tree, verdict) else "algebra",
        conditions=tuple(conditions_of(recording, part, kernel, amount)),
    )
    term = _with_value(recording, term, amount.weight)
    if part.matrices:
        agreement = agreement_of(recording, part.chain, part.matrices, term.contribution)
    else:
        agreement = held_against(recording, part, kernel, amount, term.contribution)
    return replace(term, agreement=agreement)


def _has_shift(kl: ScaledKL) -> bool:
    """Whether a KL has a constant, of itself or of every latent."""
    return any(abs(float(one)) > _NEGLIGIBLE * float(kl.scale) for one in (kl.shift, kl.per_dimension))


def _with_slopes_of_matrices(recording: Recording, loss: NotedLoss, term: Term, found: MatrixKl) -> Term:
    from klcli.trace.matrices.gradients import slopes_of_matrices  # most losses have none

    told = slopes_of_matrices(recording, loss, term.part.chain, found)
    said = [Condition("gradient", _HELD, True)] if told.is_held else []
    said += [] if told.is_known else [Condition("equation", _VALUES_ALONE, True)]
    return replace(term, slopes=told.slopes, conditions=(*term.conditions, *said))


def _boundary(recording: Recording, part: Part, own: float) -> int | None:
    """The outermost node at which the part is the KL itself; None where some factor of it is left."""
    sizes = [(index, abs(part.chain.factor / before) * own) for index, before in part.chain.above if before]
    for index, size in sizes:
        # Products of the same numbers in another order differ by roundings alone.
        if abs(size - 1) < 1e-9:
            return index
    for (index, outer), (_, inner) in pairwise(sizes):
        if outer != inner and is_weighed(recording.steps[index].place, 1 / inner):
            return index
    return None


def _standing(recording: Recording, part: Part, boundary: int | None) -> tuple[Place | None, str]:
    """Where a part stands, and what it is called."""
    index = part.chain.core if boundary is None else boundary
    step = recording.steps[index]
    names = [recording.steps[one].name for one, _ in part.chain.above]
    called = str(step.more.get("call") or step.more.get("made_by") or "")
    name = step.name or next((one for one in reversed(names) if one), None) or called
    return step.place, name or step.op


def _likelihood_term(recording: Recording, part: Part) -> Term:
    assert part.likelihood
    place, name = _standing(recording, part, None)
    amount = likelihood_amount(recording, part)
    words = NAMES.get(part.likelihood.name, part.likelihood.name)
    what = f"{words}, {reduction_words(amount, 'entries')}" if amount else words
    verdict, unknown = verdict_on_table(recording, part, amount)
    term = Term("likelihood", part, place, name, what, verdict, amount, unknown=unknown)
    return _with_value(recording, term, amount.weight if amount else 1.0)


def _with_value(recording: Recording, term: Term, weight: float) -> Term:
    """The term with what it adds to the loss at this step, by a number on the way to it or by its program."""
    if term.part.merged:
        return term
    if term.part.chain.is_off:
        return replace(term, contribution=0.0)
    found = noted_here(recording, term.part)
    evaluated = evaluated_here(recording, term.part) if found is None else found
    if evaluated is None:
        return term
    return replace(term, contribution=evaluated, value=evaluated / weight if weight else None)

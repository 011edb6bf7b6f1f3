"""The terms that were recognised, as they are listed: each with the verdict that `klcli verify` gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from klcli.lint.findings.term_places import expression_of, place_of
from klcli.lint.findings.types import ListedTerm, TermKind
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.estimators import EstimatorLine
from klcli.lint.terms.programs import flow_name
from klcli.lint.terms.samples import SamplingLine
from klcli.lint.terms.unread import ReadTerm, UnreadTerm

if TYPE_CHECKING:
    from klcli.judge.roles import Roles


def kl_term(one: Divergence) -> ListedTerm:
    """A KL term, or what was meant to be one."""
    from klcli.judge.naming import (  # not for files without terms
        GaussianText,
        constant_of,
        gaussian_text,
        scale_text,
        shapes_text,
    )

    found, best = one.found, one.found.best
    verdict = best.verdict
    sign = "" if one.sign > 0 else "-"
    prior = gaussian_text(found, verdict, "p")
    reading, prior_reading = verdict.parameterization, verdict.prior_parameterization
    return ListedTerm(
        place=place_of(one.excerpt),
        kind="kl",
        parameterization=None if one.is_unexplained else reading.name,
        verdict=_verdict(one),
        expression=expression_of(one.excerpt),
        scale=sign + scale_text(verdict, found.prepared) if verdict.kl else None,
        shift=_negated(constant_of(verdict, found.prepared), one.sign) if verdict.kl else None,
        prior=GaussianText(one.excerpt.spelled(prior.mean), one.excerpt.spelled(prior.variance)),
        reduction=found.prepared.reductions.name,
        prior_parameterization=prior_reading.name if prior_reading and verdict.roles.prior_head else None,
        symbols=tuple(_symbols(one, verdict.roles)),
        mistake=best.mistake,
        conditions=found.conditions,
        shapes=shapes_text(found.prepared) or None,
        proof=_proof(one),
    )


def _verdict(one: Divergence) -> str:
    if one.is_unexplained:
        return "wrong"
    kind = one.found.best.kind
    return "scaled" if one.sign < 0 and kind == "exact" else kind


def _negated(text: str, sign: int) -> str:
    """A constant, or minus one: ``-1/2`` of ``1/2``, ``-(B d/2 - B/2)`` of a sum."""
    if sign > 0 or text == "0":
        return text
    if " + " in text or " - " in text:
        return f"-({text})"
    return text[1:] if text.startswith("-") else f"-{text}"


def _symbols(one: Divergence, roles: Roles) -> Iterator[tuple[str, str]]:
    names = ("mean", "head", "prior_mean", "prior_head")
    for name, symbol in zip(names, roles.names, strict=True):
        if symbol:
            yield name, one.excerpt.spelled(str(flow_name(one.found.program, symbol)))


def _proof(one: Divergence) -> Literal["symbolic", "numeric"] | None:
    """Whether algebra proves what is right."""
    best = one.found.best
    if not (one.is_right and best.is_proved_of):
        return None
    from klcli.judge.proof import is_proved

    identity = one.found.identity  # of numbers; points are all that there is of matrices
    return "symbolic" if identity and is_proved(*identity) else "numeric"


def sample_term(one: SamplingLine) -> ListedTerm:
    """A sample with a reading."""
    sampling = one.sampling
    return ListedTerm(
        place=place_of(one.excerpt),
        kind="sampler",
        parameterization=sampling.parameterization,
        verdict="wrong" if sampling.mistake else "exact",
        expression=expression_of(one.excerpt),
        scale=None if sampling.factor is None else str(sampling.factor),
        symbols=(("mean", one.excerpt.spelled(one.mean)), ("head", one.excerpt.spelled(one.head))),
        mistake=sampling.mistake,
        noise=sampling.noise,
    )


def estimator_term(one: EstimatorLine) -> ListedTerm:
    """An estimator of log-probabilities."""
    from klcli.judge.shapes.length_polynomials import LengthMonomial

    found = one.found
    is_known = found.kind != "wrong"
    scale = LengthMonomial(found.factor, tuple(found.weights.values()))
    weights = [one.excerpt.spelled(str(flow_name(found.program, name))) for name in found.weights]
    labels = (found.way.q, found.way.p, *((found.way.old,) if found.way.old else ()))
    return ListedTerm(
        place=place_of(one.excerpt),
        kind="estimator",
        parameterization=None,
        verdict=found.kind,
        expression=expression_of(one.excerpt),
        scale=scale.text(weights) if is_known else None,
        shift=LengthMonomial(found.shift).text(()) if is_known else None,
        reduction=found.tokens.name if found.tokens else "none",
        symbols=tuple(
            (label.noun, one.excerpt.spelled(str(flow_name(found.program, label.symbol))))
            for label in labels
            if label.symbol
        ),
        mistake=found.mistake,
        conditions=found.conditions,
        shapes=(found.tokens.text or None) if found.tokens else None,
        estimation=found,
    )


def unread_term(one: UnreadTerm) -> ListedTerm:
    """A term that is not read."""
    return ListedTerm(
        place=place_of(one.excerpt),
        kind=_KINDS[type(one.found)],
        parameterization=None,
        verdict="unreadable",
        expression=expression_of(one.excerpt),
        problem=one.problem,
    )


_KINDS: Mapping[type[ReadTerm], TermKind] = {
    Divergence: "kl",
    SamplingLine: "sampler",
    EstimatorLine: "estimator",
}

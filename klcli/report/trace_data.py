"""The data of `klcli trace`, which JSON and CSV walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from klcli.judge.naming import GaussianText, gaussian_text
from klcli.judge.recognized_constants import constant_text
from klcli.report.csv_records import ResultRow, fields_of, own_fields
from klcli.report.finding_records import FindingData
from klcli.report.trace_findings import shown_path
from klcli.trace.anatomy import Anatomy
from klcli.trace.precision import Precision
from klcli.trace.recording import Place
from klcli.trace.run_summary import Watched
from klcli.trace.samplers import Sample
from klcli.trace.terms import Term

SCHEMA = "klcli.trace/1"
_COLUMNS = (
    *("loss", "kind", "name", "path", "line", "what", "verdict", "parameterization", "prior"),
    *("reduction", "weight", "value", "share", "proof"),
)
"""The fields of a term that CSV has."""


def data_of(found: Watched, findings: tuple[FindingData, ...]) -> dict[str, Any]:
    """What was seen of a run, as data.

    Losses and samples have the places of their terms, terms and steps those of their losses.
    """
    terms = [(number, term) for number, one in enumerate(found.losses) for term in one.terms]
    return {
        "schema": SCHEMA,
        "losses": [
            _loss(one, [place for place, (own, _) in enumerate(terms) if own == number])
            for number, one in enumerate(found.losses)
        ],
        "terms": [_term(number, found.losses[number].loss.value, term) for number, term in terms],
        "samplers": [
            _sampler(one, next(place for place, (_, term) in enumerate(terms) if term is one.term))
            for one in found.samples
        ],
        "findings": findings,
        "steps": [
            {"step": step, "loss": loss, "weights": weights}
            for step, (loss, weights) in enumerate(found.steps, 1)
        ],
        "precisions": [_precision(one) for one in found.precisions],
        **fields_of(found, "framework=recording.framework warnings"),
    }


def _loss(one: Anatomy, terms: Sequence[int]) -> dict[str, object]:
    return {
        "value": one.loss.value,
        **_spot(one.loss.place),
        "terms": terms,
        "optimizer": one.loss.optimizer,
        "beta": float(one.weighing.beta) if one.weighing else None,
        **fields_of(one, "decoder_sigma=weighing.scale_of_one"),
    }


def _term(number: int, total: float | None, term: Term) -> dict[str, object]:
    return {
        "loss": number,
        **fields_of(term, "kind name"),
        **_spot(term.place),
        "what": term.what,
        "verdict": term.verdict or None,
        **fields_of(term, "parameterization=parameterization.name"),
        "prior": _prior(term),
        "reduction": term.reduction or None,
        **fields_of(term, "weight value"),
        "share": term.contribution / total if term.contribution is not None and total else None,
        "proof": term.proof or None,
        "conditions": [fields_of(one, "text passes") for one in term.conditions],
        "numbers": _numbers(term),
    }


def _numbers(term: Term) -> dict[str, object] | None:
    if term.agreement is None:
        return None
    gradients = [fields_of(one, "symbol=name at noted true agrees") for one in term.slopes]
    return {**own_fields(term.agreement), "gradients": gradients}


def _sampler(one: Sample, term: int) -> dict[str, object]:
    return {**_spot(one.place), **fields_of(one.sampling, "parameterization status"), "term": term}


def _precision(one: Precision) -> dict[str, object]:
    return {"dtype": one.dtype, "term": one.name or None, **fields_of(one, "error problems stable")}


def _prior(term: Term) -> GaussianText | None:
    if term.kernel is None:
        return None
    found = term.kernel.verification
    kl = found.best.verdict.kl
    if kl and isinstance(kl.prior_variance, Fraction) and not found.best.verdict.roles.has_prior:
        return GaussianText(constant_text(kl.prior_mean or Fraction(0)), constant_text(kl.prior_variance))
    return gaussian_text(found, found.best.verdict, "p")


def _spot(place: Place | None) -> dict[str, object]:
    return {"path": shown_path(place.path), "line": place.line} if place else {"path": None, "line": None}


def rows_of(terms: Iterable[Mapping[str, Any]]) -> Iterator[ResultRow]:
    """The terms as records, for CSV."""
    for term in terms:
        yield {**{name: term[name] for name in _COLUMNS}, **fields_of(term["prior"], "prior=text")}

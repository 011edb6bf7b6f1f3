"""The data of `klcli trace`, which JSON and CSV walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from klcli.values import dataclass

SCHEMA = "klcli.trace/1"
_COLUMNS = (
    *("loss", "kind", "name", "path", "line", "what", "verdict", "parameterization", "prior"),
    *("reduction", "weight", "value", "share", "proof"),
)
"""The fields of a term that CSV has."""


@dataclass(frozen=True, slots=True)
class TraceData:
    """The data of `klcli trace`; the field names are the keys of its JSON.

    Attributes:
        schema: the name of this shape.
        losses: each with the places of its terms among `terms`; beta is at a decoder sigma of 1.
        terms: of all losses; `loss` is the place of theirs.
        samplers: the samples, each with the place of its KL among `terms`.
        findings: what is wrong, or worth knowing.
        steps: every backward pass, with the place of its loss and the weights of its terms.
        precisions: what a function or a term does in a short precision.
        framework: that was watched, and its release.
        warnings: what could not be followed.
    """

    schema: str
    losses: Sequence[Mapping[str, object]]
    terms: Sequence[Mapping[str, Any]]
    samplers: Sequence[Mapping[str, object]]
    findings: Sequence[FindingData]
    steps: Sequence[Mapping[str, object]]
    precisions: Sequence[Mapping[str, object]]
    framework: str
    warnings: Sequence[str]


def data_of(found: Watched, findings: tuple[FindingData, ...]) -> TraceData:
    """What was seen of a run, as data."""
    terms = [(number, term) for number, one in enumerate(found.losses) for term in one.terms]
    return TraceData(
        schema=SCHEMA,
        losses=[
            _loss(one, [place for place, (own, _) in enumerate(terms) if own == number])
            for number, one in enumerate(found.losses)
        ],
        terms=[_term(number, found.losses[number].loss.value, term) for number, term in terms],
        samplers=[
            _sampler(one, next(place for place, (_, term) in enumerate(terms) if term is one.term))
            for one in found.samples
        ],
        findings=findings,
        steps=[
            {"step": step, "loss": loss, "weights": weights}
            for step, (loss, weights) in enumerate(found.steps, 1)
        ],
        precisions=[_precision(one) for one in found.precisions],
        framework=found.recording.framework,
        warnings=found.warnings,
    )


def _loss(one: Anatomy, terms: Sequence[int]) -> dict[str, object]:
    return {
        "value": one.loss.value,
        **_spot(one.loss.place),
        "terms": terms,
        "optimizer": one.loss.optimizer,
        "beta": float(one.weighing.beta) if one.weighing else None,
        "decoder_sigma": one.weighing.scale_of_one if one.weighing else None,
    }


def _term(number: int, total: float | None, term: Term) -> dict[str, object]:
    reading = term.parameterization
    return {
        "loss": number,
        **fields_of(term, "kind name"),
        **_spot(term.place),
        "what": term.what,
        "verdict": term.verdict or None,
        "parameterization": reading.name if reading else None,
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
    gradients = [{"symbol": one.name, **fields_of(one, "at noted true agrees")} for one in term.slopes]
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


def rows_of(data: TraceData) -> Iterator[ResultRow]:
    """The terms as records, for CSV."""
    for term in data.terms:
        prior = term["prior"]
        yield {**{name: term[name] for name in _COLUMNS}, "prior": prior.text if prior else None}

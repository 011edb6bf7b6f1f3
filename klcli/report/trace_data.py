"""The data of `klcli trace`, which JSON and CSV walk."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.judge.naming import gaussian_text
from klcli.judge.recognized_constants import constant_text
from klcli.report.csv_records import ResultRow, fields_of
from klcli.report.finding_records import FindingData
from klcli.report.trace_findings import shown_path
from klcli.report.verify_data import PriorData
from klcli.trace.anatomy import Anatomy
from klcli.trace.recording import Place
from klcli.trace.run_summary import Watched
from klcli.trace.terms import Term
from klcli.values import dataclass

SCHEMA = "klcli.trace/1"


@dataclass(frozen=True, slots=True)
class TermConditionData:
    """What a verdict needs besides."""

    text: str
    passes: bool


@dataclass(frozen=True, slots=True)
class GradientData:
    """A gradient of the step: that of the framework and the true one, where they are farthest apart."""

    symbol: str
    at: float
    noted: float
    true: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class NumbersData:
    """The numbers of the step: what was noted, what the program gives, and the KL; None where not known."""

    noted: float
    evaluated: float | None
    true: float | None
    agrees: bool
    gradients: tuple[GradientData, ...]


@dataclass(frozen=True, slots=True)
class LossTermData:
    """One additive term of a loss; `loss` is the place of that among the losses."""

    loss: int
    kind: str
    name: str
    path: str | None
    line: int | None
    what: str
    verdict: str | None
    parameterization: str | None
    prior: PriorData | None
    reduction: str | None
    weight: float | None
    value: float | None
    share: float | None
    proof: str | None
    conditions: tuple[TermConditionData, ...]
    numbers: NumbersData | None


@dataclass(frozen=True, slots=True)
class LossData:
    """A loss; `terms` are places among the terms, beta is at a decoder sigma of 1."""

    value: float | None
    path: str | None
    line: int | None
    terms: tuple[int, ...]
    optimizer: str | None
    beta: float | None
    decoder_sigma: float | None


@dataclass(frozen=True, slots=True)
class LossSamplerData:
    """A sample and its KL, a place among the terms."""

    path: str | None
    line: int | None
    parameterization: str | None
    status: str
    term: int


@dataclass(frozen=True, slots=True)
class StepData:
    """A backward pass: its loss, a place among the losses, and the weights of its terms."""

    step: int
    loss: int
    weights: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class PrecisionData:
    """What a function or a term does in a short precision: its error near the prior, and what goes wrong."""

    dtype: str
    term: str | None
    error: float | None
    problems: tuple[str, ...]
    stable: str | None


@dataclass(frozen=True, slots=True)
class TraceData:
    """The data of `klcli trace`; the field names are the keys of its JSON."""

    schema: str
    losses: tuple[LossData, ...]
    terms: tuple[LossTermData, ...]
    samplers: tuple[LossSamplerData, ...]
    findings: tuple[FindingData, ...]
    steps: tuple[StepData, ...]
    precisions: tuple[PrecisionData, ...]
    framework: str
    warnings: tuple[str, ...]


def data_of(found: Watched, findings: tuple[FindingData, ...]) -> TraceData:
    """What was seen of a run, as data."""
    order = [term for one in found.losses for term in one.terms]
    losses: list[LossData] = []
    terms: list[LossTermData] = []
    for number, one in enumerate(found.losses):
        places = tuple(range(len(terms), len(terms) + len(one.terms)))
        terms += [_term(number, one, term) for term in one.terms]
        losses.append(_loss(one, places))
    samplers = tuple(
        LossSamplerData(
            *_spot(one.place),
            one.sampling.parameterization,
            one.sampling.status,
            next(place for place, term in enumerate(order) if term is one.term),
        )
        for one in found.samples
    )
    steps = tuple(StepData(step, *one) for step, one in enumerate(found.steps, 1))
    framework = found.recording.framework
    precisions = tuple(
        PrecisionData(one.dtype, one.name or None, one.error, one.problems, one.stable)
        for one in found.precisions
    )
    return TraceData(
        SCHEMA,
        tuple(losses),
        tuple(terms),
        samplers,
        findings,
        steps,
        precisions,
        framework,
        found.warnings,
    )


def _loss(one: Anatomy, places: tuple[int, ...]) -> LossData:
    beta = float(one.weighing.beta) if one.weighing else None
    sigma = one.weighing.scale_of_one if one.weighing else None
    return LossData(one.loss.value, *_spot(one.loss.place), places, one.loss.optimizer, beta, sigma)


def _term(number: int, one: Anatomy, term: Term) -> LossTermData:
    reading = term.parameterization
    total = one.loss.value
    share = term.contribution / total if term.contribution is not None and total else None
    return LossTermData(
        number,
        term.kind,
        term.name,
        *_spot(term.place),
        term.what,
        term.verdict or None,
        reading.name if reading else None,
        _prior(term),
        term.reduction or None,
        term.weight,
        term.value,
        share,
        term.proof or None,
        tuple(TermConditionData(one.text, one.passes) for one in term.conditions),
        _numbers(term),
    )


def _numbers(term: Term) -> NumbersData | None:
    found = term.agreement
    if found is None:
        return None
    gradients = tuple(GradientData(one.name, one.at, one.noted, one.true, one.agrees) for one in term.slopes)
    return NumbersData(found.noted, found.evaluated, found.true, found.agrees, gradients)


def _prior(term: Term) -> PriorData | None:
    if term.kernel is None:
        return None
    found = term.kernel.verification
    kl = found.best.verdict.kl
    if kl and isinstance(kl.prior_variance, Fraction) and not found.best.verdict.roles.has_prior:
        return PriorData(constant_text(kl.prior_mean or Fraction(0)), constant_text(kl.prior_variance))
    return PriorData(*gaussian_text(found, found.best.verdict, "p"))


def _spot(place: Place | None) -> tuple[str | None, int | None]:
    return (None, None) if place is None else (shown_path(place.path), place.line)


def rows_of(data: TraceData) -> Iterator[ResultRow]:
    """The terms as records, for CSV."""
    for term in data.terms:
        prior = term.prior
        yield {
            **fields_of(term, "loss kind name path line what verdict parameterization"),
            "prior": f"N({prior.mean}, {prior.variance})" if prior else None,
            **fields_of(term, "reduction weight value share proof"),
        }

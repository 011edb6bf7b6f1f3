"""The data of `klcli verify`, which JSON and CSV walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program
from klcli.judge.naming import GaussianText, constant_of, gaussian_text, scale_text, shapes_text
from klcli.judge.ranked_readings import Candidate
from klcli.judge.verdict import Verdict
from klcli.judge.verification import Verification
from klcli.report.csv_records import CellValue, fields_of
from klcli.report.report import in_short
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.judge.condition_kinds import Condition
    from klcli.judge.counterexample import Counterexample
    from klcli.judge.mistakes.mistake import Mistake
    from klcli.judge.sampler import SamplerJudgement

SCHEMA = "klcli.verify/2"
_COLUMNS = (
    "input verdict parameterization scale shift prior_mean=prior.mean prior_variance=prior.variance "
    "direction reduction mistake=mistake.code corrected proof sampler=sampler.status "
    "sampler_mistake=sampler.mistake.code estimator=estimator.name"
)
"""The fields that CSV has."""


@dataclass(frozen=True, slots=True)
class ReadingData:
    """The verdict under one reading."""

    parameterization: str
    prior_parameterization: str | None
    verdict: str
    scale: str | None
    shift: str | None
    prior: GaussianText
    direction: str | None
    mistake: Mistake | None
    corrected: str | None


@dataclass(frozen=True, slots=True)
class SamplerData:
    """What the sampling line was found to be."""

    status: str
    parameterization: str | None
    noise: str
    factor: str | None
    mistake: Mistake | None


@dataclass(frozen=True, slots=True)
class EstimatorData:
    """A sampled estimator: which, of which KL from whose samples, and what its gradient optimises.

    `overflow` has the log-ratios log q - log p beyond which an exponential is infinite, by precision.
    """

    name: str
    direction: str | None
    samples_from: str | None
    unbiased: bool
    gradient: str | None
    gradient_with_stopped_ratio: str | None
    overflow: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class VerifyData:
    """The data of `klcli verify`; the field names are the keys of its JSON."""

    schema: str
    input: str
    notation: str
    verdict: str
    parameterization: str | None
    prior_parameterization: str | None
    scale: str | None
    shift: str | None
    prior: GaussianText | None
    direction: str | None
    unit: str
    reduction: str
    symbols: Mapping[str, str]
    mistake: Mistake | None
    corrected: str | None
    counterexample: Counterexample | None
    proof: str | None
    conditions: tuple[Condition, ...]
    shapes: str | None
    readings: tuple[ReadingData, ...]
    sampler: SamplerData | None
    warnings: tuple[str, ...]
    estimator: EstimatorData | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it is a KL itself, every condition of that passes, and its sampler reads the head alike."""
        sampled = self.sampler is None or self.sampler.mistake is None
        return self.verdict == "exact" and sampled and all(one.passes for one in self.conditions)

    def __repr__(self) -> str:
        named = f", mistake={self.mistake.code!r}" if self.mistake else ""
        return in_short(self, "verdict", "parameterization", "scale", "corrected")[:-1] + f"{named})"


def notation_of(program: Program) -> str:
    """How a formula is written: ``python``, ``latex``, ``ascii`` or ``unicode``."""
    if program.language == "python":
        return "python"
    if "\\" in program.text:
        return "latex"
    return "ascii" if program.text.isascii() else "unicode"


def data_of(found: Verification, proved: bool | None) -> VerifyData:
    """The data of one formula; `proved` is None where no proof was tried."""
    best, prepared = found.best, found.prepared
    verdict = best.verdict
    reading = _reading(found, best)
    return VerifyData(
        schema=SCHEMA,
        input=found.program.text,
        notation=notation_of(found.program),
        verdict=best.kind,
        parameterization=reading.parameterization if verdict.kl or best.mistake else None,
        **fields_of(reading, "prior_parameterization scale shift prior direction mistake corrected"),
        unit="nats",
        reduction=prepared.reductions.name,
        symbols=_symbols(verdict),
        counterexample=found.counterexample,
        proof=None if not best.is_proved_of else "symbolic" if proved else "numeric",
        conditions=found.conditions,
        shapes=shapes_text(prepared) or None,
        readings=tuple(_reading(found, candidate) for candidate in found.candidates),
        sampler=_sampler_data(found.sampling) if found.sampling else None,
        warnings=(*found.warnings, *(f"{label}: {text}" for label, text in set_aside(found))),
    )


def _sampler_data(sampling: SamplerJudgement) -> SamplerData:
    factor = None if sampling.factor is None else str(sampling.factor)
    return SamplerData(factor=factor, **fields_of(sampling, "status parameterization noise mistake"))


def _symbols(verdict: Verdict) -> dict[str, str]:
    named = fields_of(verdict.roles, "mean head prior_mean prior_head")
    return {name: symbol for name, symbol in named.items() if symbol}


def _reading(found: Verification, candidate: Candidate) -> ReadingData:
    verdict = candidate.verdict
    kl, prior_reading = verdict.kl, verdict.prior_parameterization
    return ReadingData(
        verdict.parameterization.name,
        prior_reading.name if prior_reading and verdict.roles.prior_head else None,
        candidate.kind,
        scale_text(verdict, found.prepared) if kl else None,
        constant_of(verdict, found.prepared) if kl else None,
        gaussian_text(found, verdict, "p"),
        None if kl is None else "reversed" if verdict.kind == "reversed" else "forward",
        candidate.mistake,
        candidate.corrected,
    )


def row_of(data: VerifyData) -> dict[str, CellValue]:
    """The data of one formula as a record of a table."""
    return fields_of(data, _COLUMNS)


def set_aside(found: Verification) -> Iterator[tuple[str, str]]:
    """What was left out of the judgement."""
    prepared = found.prepared
    for name in prepared.others:
        yield "other term", f"{prepared.program.spellings.get(name, name)} is added; it is ignored"
    for name in prepared.aside.dimensions:
        yield "dimensions", f"{name} is taken for the number of dimensions"

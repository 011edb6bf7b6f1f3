"""The terms that `klcli lint` recognised, as data: with the words and the shape of `klcli verify`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.naming import GaussianText
from klcli.lint.findings.types import ListedTerm
from klcli.report.csv_records import fields_of
from klcli.report.verify_data import (
    EstimatorData,
    SamplerData,
)
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.judge.spaces.log_ratios.estimator_answer import Estimation


@dataclass(frozen=True, slots=True)
class ListedTermData:
    """One term that was recognised: where it stands, and what `klcli verify` says of it, in its words.

    `scale` and `parameterization` of a sample are those of `sampler`.
    """

    path: str
    line: int
    end_line: int
    cell: int | None
    kind: str
    input: str
    verdict: str
    parameterization: str | None
    prior_parameterization: str | None
    scale: str | None
    shift: str | None
    prior: GaussianText | None
    direction: str | None
    unit: str
    reduction: str | None
    symbols: Mapping[str, str]
    mistake: Mistake | None
    proof: str | None
    conditions: tuple[Condition, ...]
    shapes: str | None
    sampler: SamplerData | None
    estimator: EstimatorData | None
    error: str | None


def term_data(found: ListedTerm) -> ListedTermData:
    """A term as data, in the shape of `klcli.report.verify_data.VerifyData`."""
    sampler = None
    if found.noise is not None:
        status = "disagrees" if found.mistake else "unknown"
        sampler = SamplerData(status, found.parameterization, found.noise, found.scale, found.mistake)
    line, end_line = found.place.lines
    return ListedTermData(
        line=line,
        end_line=end_line,
        **fields_of(found, "path=place.path cell=place.cell_number kind input=expression verdict"),
        **fields_of(found, "parameterization prior_parameterization scale shift prior"),
        **fields_of(found, "reduction mistake proof conditions shapes error=problem"),
        direction=_direction(found),
        unit="nats",
        symbols=dict(found.symbols),
        sampler=sampler,
        estimator=_estimator(found.estimation) if found.estimation else None,
    )


def _estimator(found: Estimation) -> EstimatorData:
    from klcli.report.verify_estimator_data import estimator_data  # most files have none

    return estimator_data(found)


def _direction(found: ListedTerm) -> str | None:
    """Which way round a KL is, or is estimated; None where it is none."""
    if found.estimation:
        from klcli.report.verify_estimator_phrases import direction

        return direction(found.estimation)
    if found.kind != "kl" or found.scale is None:
        return None
    return "reversed" if found.verdict == "reversed" else "forward"

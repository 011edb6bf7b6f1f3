"""The data of `klcli estimate`: the names of the fields are the keys of its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log
from typing import Literal

from klcli.gaussian.divergence import Unit
from klcli.report.estimate_input import GaussianPair, TableRead, assumption, sample_problems, warnings
from klcli.report.estimate_wording import error_bar_text, problems, sign_text, tail_text
from klcli.samples.clusters import ClusterMean
from klcli.samples.estimates import NORMAL_95, Estimation, RatioEstimate, RatioMean, Sign
from klcli.samples.of_gaussians import SampleCheck
from klcli.samples.reliability import Reliability
from klcli.witness.estimators import DEFAULT_ESTIMATOR, Gradient

__all__ = ["EstimateData", "EstimationData", "RowMean", "estimation_data"]


@dataclass(frozen=True, slots=True)
class EstimateData:
    """One estimate; the unit is that of the report."""

    name: str
    formula: str
    value: float | None
    standard_error: float | None
    interval: tuple[float, float] | None
    error_bar: Reliability | Literal["inconsistent"]
    needed_rows: int | None
    unbiased: bool
    remark: str
    as_loss: Gradient
    in_reward: Gradient


@dataclass(frozen=True, slots=True)
class RowMean:
    """k1 per row of groups, with the error of a mean over rows that hang together within them.

    The value is the expected sum of a group over its expected size; the rest is None where k1 of the groups
    has no valid error bar.
    """

    value: float | None
    standard_error: float | None
    interval: tuple[float, float] | None
    rows: int
    groups: int


@dataclass(frozen=True, slots=True)
class EffectiveSize:
    """How many equally weighted samples the weights p/q are worth, and that as a share of all."""

    rows: float
    share: float


@dataclass(frozen=True, slots=True)
class TailData:
    """The Pareto shape k of the largest ratios p/q; None where it cannot be told."""

    shape: float | None
    standard_error: float | None
    size: int
    remark: str


@dataclass(frozen=True, slots=True)
class SignData:
    """What the sign of k1 says, in a word and in words."""

    verdict: Sign
    negative_rows: int
    text: str


@dataclass(frozen=True, slots=True)
class SampleData:
    """The samples of given Gaussians: the closed form, how far k1 is from it, and whose samples they are."""

    closed_form: float
    z: float | None
    of_q: SampleCheck
    of_p: SampleCheck


@dataclass(frozen=True, slots=True)
class InverseMean:
    """The mean of q/p, which is 1 if the rows are samples of p; for samples of q it is above 1."""

    value: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class EstimationData:
    """All that `klcli estimate` says."""

    schema: str
    table: TableRead
    unit: Unit
    divergence: str
    assumption: str
    estimates: tuple[EstimateData, ...]
    mean_per_row: RowMean | None
    effective_size: EffectiveSize
    mean_ratio: RatioMean
    mean_inverse_ratio: InverseMean
    tail: TailData
    sign: SignData
    infinite_rows: int
    samples: SampleData | None
    status: Literal["consistent", "inconsistent"]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def estimation_data(
    table: TableRead,
    found: Estimation,
    unit: Unit,
    gaussians: GaussianPair | None = None,
    rows: ClusterMean | None = None,
) -> EstimationData:
    """The data of an estimation, in the unit that was asked for; `rows` are those of groups."""
    nats = log(2) if unit == "bits" else 1.0
    wrong = tuple(sample_problems(gaussians) if gaussians else ()) or tuple(problems(found))
    estimates = tuple(_estimate(estimate, found, nats, wrong=bool(wrong)) for estimate in found.estimates)
    k1 = next(row for row in estimates if row.name == DEFAULT_ESTIMATOR)
    samples = _samples(gaussians, k1) if gaussians else None
    tail = found.ratio_tail
    return EstimationData(
        schema="klcli.estimate/2",
        table=table,
        unit=unit,
        divergence="KL(q || p)",
        assumption=assumption(table),
        estimates=estimates,
        mean_per_row=_mean_per_row(rows, k1, nats) if rows else None,
        effective_size=EffectiveSize(found.effective_size, found.effective_size / found.rows),
        mean_ratio=found.ratio,
        mean_inverse_ratio=InverseMean(found.inverse.value, found.inverse.standard_error),
        tail=TailData(
            tail.shape, None if tail.shape is None else tail.shape_error, tail.size, tail_text(found)
        ),
        sign=SignData(found.sign, found.negative_rows, sign_text(found)),
        infinite_rows=found.infinite_rows,
        samples=samples,
        status="inconsistent" if wrong else "consistent",
        problems=wrong,
        warnings=tuple(warnings(table, found)),
    )


def _estimate(estimate: RatioEstimate, found: Estimation, nats: float, *, wrong: bool) -> EstimateData:
    row, interval = estimate.estimator, None if wrong else estimate.interval
    error = None if wrong else estimate.standard_error
    doubtful = wrong and estimate.reliability == "valid"
    return EstimateData(
        name=row.name,
        formula=estimate.use.formula,
        value=None if estimate.value is None else estimate.value / nats,
        standard_error=None if error is None else error / nats,
        interval=None if interval is None else (interval[0] / nats, interval[1] / nats),
        error_bar="inconsistent" if doubtful else estimate.reliability,
        needed_rows=estimate.needed_rows,
        unbiased=row.unbiased,
        remark="no error bar: the table is wrong" if doubtful else error_bar_text(estimate, found),
        as_loss=estimate.use.as_loss,
        in_reward=estimate.use.in_reward,
    )


def _mean_per_row(rows: ClusterMean, k1: EstimateData, nats: float) -> RowMean:
    number = round(rows.size * rows.count)
    if not isfinite(rows.mean):
        return RowMean(None, None, None, number, rows.count)
    value, error = rows.mean / nats, rows.standard_error / nats
    if k1.error_bar != "valid":
        return RowMean(value, None, None, number, rows.count)
    half = NORMAL_95 * error
    return RowMean(value, error, (value - half, value + half), number, rows.count)


def _samples(pair: GaussianPair, k1: EstimateData) -> SampleData:
    z = None
    if k1.value is not None and k1.standard_error:
        z = (k1.value - pair.closed_form) / k1.standard_error
    return SampleData(pair.closed_form, z, pair.of_q, pair.of_p)

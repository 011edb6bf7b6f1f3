"""The data of `klcli estimate`: the names of the fields are the keys of its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Literal

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.estimation.samples import SampleCheck
from klcli.report.estimate_wording import error_bar_text, problems, sign_text, tail_text
from klcli.sampling.estimates import Estimation, RatioEstimate, RatioMean, Reliability, Sign
from klcli.sampling.ratios import Gradient

__all__ = ["EstimateData", "EstimationData", "GaussianPair", "TableRead", "estimation_data"]


@dataclass(frozen=True, slots=True)
class TableRead:
    """The table that was read.

    Attributes:
        name: of the file, or ``standard input``.
        columns: the name or number of the column that each quantity was read from.
        rows: samples.
        group: the column with the key of each sample, where samples are sums over rows.
        grouped_rows: the rows that these sums are over.
        skipped_rows: rows left out because something is missing in them.
        first_infinite: the first row with p(x) = 0, as ``line 17``; None where there is none.
        probabilities: whether the numbers look like probabilities and not like their logarithms.
    """

    name: str
    columns: Mapping[str, str]
    rows: int
    group: str | None = None
    grouped_rows: int | None = None
    skipped_rows: int = 0
    first_infinite: str | None = None
    probabilities: bool = False


@dataclass(frozen=True, slots=True)
class GaussianPair:
    """Both Gaussians, where they were given beside samples.

    Attributes:
        q: what the samples were drawn from.
        p: the other one.
        closed_form: KL(q || p) in the unit of the report.
        of_q: whether the samples look as if they were of q.
        of_p: whether they look as if they were of p.
    """

    q: Gaussian
    p: Gaussian
    closed_form: float
    of_q: SampleCheck
    of_p: SampleCheck


@dataclass(frozen=True, slots=True)
class EstimateData:
    """One estimate; the unit is that of the report."""

    name: str
    formula: str
    value: float | None
    standard_error: float | None
    interval: tuple[float, float] | None
    error_bar: Reliability | Literal["inconsistent"]
    unbiased: bool
    remark: str
    as_loss: Gradient
    in_reward: Gradient


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
    table: TableRead, found: Estimation, unit: Unit, gaussians: GaussianPair | None = None
) -> EstimationData:
    """The data of an estimation, in the unit that was asked for."""
    nats = log(2) if unit == "bits" else 1.0
    wrong = tuple(_sample_problems(gaussians) if gaussians else ()) or tuple(problems(found))
    estimates = tuple(_estimate(estimate, found, nats, wrong=bool(wrong)) for estimate in found.estimates)
    samples = _samples(gaussians, estimates[0]) if gaussians else None
    tail = found.ratio_tail
    return EstimationData(
        schema="klcli.estimate/1",
        table=table,
        unit=unit,
        divergence="KL(q || p)",
        assumption=f"each {'group' if table.group else 'row'} is an independent sample of q",
        estimates=estimates,
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
        warnings=tuple(_warnings(table, found)),
    )


def _estimate(estimate: RatioEstimate, found: Estimation, nats: float, *, wrong: bool) -> EstimateData:
    row, interval = estimate.estimator, None if wrong else estimate.interval
    doubtful = wrong and estimate.reliability == "valid"
    return EstimateData(
        name=row.name,
        formula=row.formula,
        value=None if estimate.value is None else estimate.value / nats,
        standard_error=None if estimate.standard_error is None else estimate.standard_error / nats,
        interval=None if interval is None else (interval[0] / nats, interval[1] / nats),
        error_bar="inconsistent" if doubtful else estimate.reliability,
        unbiased=row.unbiased,
        remark="not of the KL: the table is wrong" if doubtful else error_bar_text(estimate, found),
        as_loss=row.as_loss,
        in_reward=row.in_reward,
    )


def _samples(pair: GaussianPair, k1: EstimateData) -> SampleData:
    z = None
    if k1.value is not None and k1.standard_error:
        z = (k1.value - pair.closed_form) / k1.standard_error
    return SampleData(pair.closed_form, z, pair.of_q, pair.of_p)


def _sample_problems(pair: GaussianPair) -> Iterator[str]:
    if pair.of_q.agrees:
        return
    if pair.of_p.agrees:
        yield "the samples look like samples of p and not of q, so that no estimate is one of KL(q || p)"
    else:
        yield "these are no samples of q, so that no estimate is one of KL(q || p)"


def _warnings(table: TableRead, found: Estimation) -> Iterator[str]:
    if table.probabilities:
        yield "these look like probabilities: both columns lie between 0 and 1; log q and log p are wanted"
    if found.infinite_rows:
        yield (
            f"p(x) = 0 in {found.infinite_rows:,} of {found.rows:,} rows, first in {table.first_infinite}: "
            "q has mass where p has none, so that KL(q || p) is infinite"
        )
    if table.skipped_rows:
        yield f"{table.skipped_rows:,} rows with missing numbers are left out"
    if found.sign == "unclear":
        yield "k1 is negative by more than the noise of these rows"

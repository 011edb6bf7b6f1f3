"""What `klcli estimate` says: KL(q || p) from samples, and what these samples allow to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, log
from typing import Literal

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.samples import SampleCheck
from klcli.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    Paragraph,
    Table,
    Text,
)
from klcli.report.estimate_wording import (
    error_bar_text,
    interval_text,
    mean_text,
    problems,
    sample_text,
    shape_text,
    share_text,
    sign_text,
    tail_text,
)
from klcli.report.report import Report
from klcli.report.wording import about, normal_text, reading_text, with_error
from klcli.sampling.estimates import Estimation, RatioEstimate, RatioMean, Reliability, Sign
from klcli.sampling.ratios import RATIO_ESTIMATORS, Gradient

__all__ = ["EstimateData", "GaussianPair", "TableRead", "estimate_report"]

_MOST_COLUMNS = 4


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
class EstimationData:
    """The data of `klcli estimate`; the field names are the keys of its JSON."""

    schema: str
    table: TableRead
    unit: Unit
    divergence: str
    assumption: str
    estimates: tuple[EstimateData, ...]
    effective_size: EffectiveSize
    mean_ratio: RatioMean
    mean_inverse_ratio: RatioMean
    tail: TailData
    sign: SignData
    infinite_rows: int
    samples: SampleData | None
    status: Literal["consistent", "inconsistent"]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def estimate_report(
    table: TableRead, found: Estimation, unit: Unit, gaussians: GaussianPair | None = None
) -> Report:
    """The report of an estimation.

    Args:
        table: what was read.
        found: what it says, in nats.
        unit: of the estimates in the report.
        gaussians: q and p, if they were given.
    """
    nats = log(2) if unit == "bits" else 1.0
    wrong = tuple(_sample_problems(gaussians) if gaussians else ()) or tuple(problems(found))
    estimates = tuple(_estimate(estimate, found, nats, wrong=bool(wrong)) for estimate in found.estimates)
    samples = _samples(gaussians, estimates[0]) if gaussians else None
    tail = found.ratio_tail
    data = EstimationData(
        schema="klcli.estimate/1",
        table=table,
        unit=unit,
        divergence="KL(q || p)",
        assumption=f"each {'group' if table.group else 'row'} is an independent sample of q",
        estimates=estimates,
        effective_size=EffectiveSize(found.effective_size, found.effective_size / found.rows),
        mean_ratio=found.ratio,
        mean_inverse_ratio=found.inverse,
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
    return Report(
        data=data,
        rows=tuple(_rows(data)),
        document=Document(_title(table, gaussians), tuple(_blocks(data, found, gaussians))),
        bare="undefined" if estimates[0].value is None else repr(estimates[0].value),
        holds=not wrong,
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


def _rows(data: EstimationData) -> Iterator[dict[str, object]]:
    for estimate in data.estimates:
        low, high = estimate.interval or (None, None)
        yield {
            "estimator": estimate.name,
            "value": estimate.value,
            "standard_error": estimate.standard_error,
            "low": low,
            "high": high,
            "error_bar": estimate.error_bar,
            "unit": data.unit,
            "rows": data.table.rows,
            "effective_size": data.effective_size.rows,
            "mean_ratio": data.mean_ratio.value,
            "tail_shape": data.tail.shape,
            "sign": data.sign.verdict,
            "closed_form": data.samples and data.samples.closed_form,
            "status": data.status,
            "loss_optimises": estimate.as_loss.optimises,
            "reward_optimises": estimate.in_reward.optimises,
        }


def _title(table: TableRead, pair: GaussianPair | None) -> Text:
    source = f"{table.rows:,} samples of q in {table.name}"
    if pair is None:
        return f"KL(q || p) from {source}"
    return ("KL(q || p) of q = ", *normal_text(pair.q), " and p = ", *normal_text(pair.p), f", from {source}")


def _blocks(data: EstimationData, found: Estimation, pair: GaussianPair | None) -> Iterator[Block]:
    columns = [f"{key.replace('_', ' ')} from column {name}" for key, name in data.table.columns.items()]
    shown = ", ".join(columns[:_MOST_COLUMNS]) + ", ..." * (len(columns) > _MOST_COLUMNS)
    logs = "" if pair else ", natural logarithms"
    yield Paragraph(f"read: {shown}{logs}; {data.assumption}")
    if data.table.group:
        rows = f"{data.table.grouped_rows:,} rows"
        yield Paragraph(f"grouped: {rows} added up to {data.table.rows:,} samples by {data.table.group}")
    if pair:
        yield Paragraph(f"reading: {reading_text(pair.q)}")
    yield _estimate_table(data)
    yield Facts(tuple(_facts(data, found)))
    yield Paragraph(data.sign.text, "bad" if data.sign.verdict == "bug" else "plain")
    for problem in data.problems:
        yield Paragraph(f"{problem[0].upper()}{problem[1:]}{'' if problem.endswith('?') else '.'}", "bad")
    yield from (Note("warning", warning) for warning in data.warnings)
    yield Heading("used as a loss, or within a reward")
    yield _gradient_table()
    yield Paragraph(
        "As a loss: at fixed samples, differentiated through log q. "
        "In a reward: a coefficient of grad log q, not differentiated itself.",
        "muted",
    )


def _estimate_table(data: EstimationData) -> Table:
    return Table(
        (
            Column("estimator"),
            Column(f"value ± standard error, {data.unit}"),
            Column("95 % interval"),
            Column("error bar"),
        ),
        tuple(
            (
                Cell(f"{estimate.name} = mean of {estimate.formula}"),
                Cell(_value_text(estimate), "strong" if estimate.name == "k1" else "plain"),
                Cell(interval_text(estimate.interval, estimate.standard_error)),
                Cell(estimate.remark or "valid"),
            )
            for estimate in data.estimates
        ),
    )


def _value_text(estimate: EstimateData) -> str:
    if estimate.value is None:
        return "undefined"
    if estimate.value == inf:
        return "infinite"
    return f"≈ {with_error(estimate.value, estimate.standard_error or 0.0)}"


def _facts(data: EstimationData, found: Estimation) -> Iterator[Fact]:
    if data.samples:
        z = "" if data.samples.z is None else f"k1 is {abs(data.samples.z):.1f} standard errors away"
        yield Fact("closed form", f"{about(data.samples.closed_form)} {data.unit}", z, "strong")
        fits = data.samples.of_q.agrees
        label = "like samples of q" if fits else "unlike samples of q"
        yield Fact("samples", label, sample_text(data.samples.of_q), "plain" if fits else "bad")
    size = data.effective_size
    rows = f"{size.rows:,.0f}" if size.rows >= 100 else significant(size.rows, 3)
    worth = f"{rows} of {data.table.rows:,} samples"
    yield Fact("effective size", worth, f"{share_text(size.share)}, of the weights r")
    mean = found.ratio
    shown = "beyond the doubles"
    if mean.value is not None and mean.standard_error is not None:
        shown = with_error(mean.value, mean.standard_error)
    yield Fact("mean of r = p/q", shown, mean_text(mean), "plain" if found.consistent else "bad")
    yield Fact("tail of r", shape_text(found.ratio_tail), data.tail.remark)


def _gradient_table() -> Table:
    return Table(
        (
            Column("estimator"),
            Column("gradient as a loss"),
            Column("optimises"),
            Column("in a reward optimises"),
        ),
        tuple(
            (
                Cell(row.name),
                Cell(row.as_loss.expectation),
                Cell(row.as_loss.optimises),
                Cell(row.in_reward.optimises),
            )
            for row in RATIO_ESTIMATORS.values()
        ),
    )

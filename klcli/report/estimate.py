"""What `klcli estimate` says: KL(q || p) from samples, and what these samples allow to say."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from klcli.formula.numeral import significant
from klcli.gaussian.divergence import Unit
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
from klcli.report.estimate_data import (
    EstimateData,
    EstimationData,
    RowMean,
    estimation_data,
)
from klcli.report.estimate_input import GaussianPair, TableRead
from klcli.report.estimate_wording import (
    interval_text,
    mean_text,
    sample_text,
    shape_text,
    share_text,
)
from klcli.report.report import Report
from klcli.report.wording import about, normal_text, reading_text, with_error
from klcli.samples.clusters import ClusterMean
from klcli.samples.estimates import Estimation
from klcli.witness.estimators import DEFAULT_ESTIMATOR, of_tables

__all__ = ["estimate_report"]

_MOST_COLUMNS = 4


def estimate_report(
    table: TableRead,
    found: Estimation,
    unit: Unit,
    gaussians: GaussianPair | None = None,
    rows: ClusterMean | None = None,
) -> Report:
    """The report of an estimation.

    Args:
        table: what was read.
        found: what it says, in nats.
        unit: of the estimates in the report.
        gaussians: q and p, if they were given.
        rows: the mean over the rows of groups, if samples are groups.
    """
    data = estimation_data(table, found, unit, gaussians, rows)
    first = next(row.value for row in data.estimates if row.name == DEFAULT_ESTIMATOR)
    return Report(
        data=data,
        rows=tuple(_rows(data)),
        document=Document(_title(table, gaussians), tuple(_blocks(data, found, gaussians))),
        bare="undefined" if first is None else repr(first),
        holds=data.status == "consistent",
    )


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
            "needed_rows": estimate.needed_rows,
            "unit": data.unit,
            "rows": data.table.rows,
            "effective_size": data.effective_size.rows,
            "mean_per_row": data.mean_per_row and data.mean_per_row.value,
            "mean_per_row_error": data.mean_per_row and data.mean_per_row.standard_error,
            "mean_ratio": data.mean_ratio.value,
            "tail_shape": data.tail.shape,
            "sign": data.sign.verdict,
            "closed_form": data.samples and data.samples.closed_form,
            "status": data.status,
            "loss_optimises": estimate.as_loss.optimises,
            "reward_optimises": estimate.in_reward.optimises,
        }


def _title(table: TableRead, pair: GaussianPair | None) -> Text:
    what = "samples of q" if table.suspected_group is None else "rows"
    source = f"{table.rows:,} {what} in {table.name}"
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
        yield Paragraph(
            f"grouped: {rows} added up to {data.table.rows:,} samples by {data.table.group}; "
            "the estimates are of the KL of a whole group"
        )
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
                Cell(_value_text(estimate), "strong" if estimate.name == DEFAULT_ESTIMATOR else "plain"),
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
    if estimate.standard_error is None:
        return about(estimate.value, 3)
    return f"≈ {with_error(estimate.value, estimate.standard_error)}"


def _facts(data: EstimationData, found: Estimation) -> Iterator[Fact]:
    if data.mean_per_row:
        yield _mean_fact(data.mean_per_row, data.unit)
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
    if mean.value is not None:
        error = mean.standard_error
        shown = about(mean.value, 3) if error is None else with_error(mean.value, error)
    yield Fact("mean of r = p/q", shown, mean_text(mean), "plain" if found.consistent else "bad")
    yield Fact("tail of r", shape_text(found.ratio_tail), data.tail.remark)


def _mean_fact(mean: RowMean, unit: Unit) -> Fact:
    what = f"k1 of {mean.rows:,} rows in {mean.groups:,} groups"
    if mean.value is None or mean.standard_error is None:
        return Fact("mean per row", f"{about(mean.value, 3)} {unit}", f"{what}; no error bar, as k1 has none")
    value = f"≈ {with_error(mean.value, mean.standard_error)} {unit}"
    interval = interval_text(mean.interval, mean.standard_error)
    return Fact("mean per row", value, f"95 %: {interval}; {what}, cluster-robust error", "strong")


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
                Cell(use.as_loss.expectation),
                Cell(use.as_loss.optimises),
                Cell(use.in_reward.optimises),
            )
            for row, use in of_tables()
        ),
    )

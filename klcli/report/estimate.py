"""What `klcli estimate` says: KL(q || p) from samples, and what these samples allow to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from klcli.formula.numeral import significant
from klcli.gaussian.divergence_result import Unit
from klcli.report.document import (
    Cell,
    CellTable,
    Document,
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Note,
    Paragraph,
    Text,
    table_of,
)
from klcli.report.estimate_data import data
from klcli.report.estimate_data import rows as records
from klcli.report.estimate_figures import EstimateFigures, RowMean, figures_of
from klcli.report.estimate_input import GaussianPair, assumption, warnings
from klcli.report.estimate_picture import ratios_plots
from klcli.report.estimate_wording import (
    error_bar_text,
    interval_text,
    mean_text,
    sample_text,
    shape_text,
    share_text,
    sign_text,
    tail_text,
    unseen_text,
    valid_text,
)
from klcli.report.gaussian_wording import normal_text, reading_text
from klcli.report.report import Report
from klcli.report.wording import FEW_DIGITS, about, with_error
from klcli.samples.estimates import RatioEstimate, RatioMean, TableEstimates
from klcli.samples.histogram import Histogram
from klcli.samples.row_sample import RowSample
from klcli.samples.token_means import TokenMeans
from klcli.samples.unseen import FEW_FOR_A_TAIL
from klcli.tables.collected_log_ratios import TableRead
from klcli.witness.estimators import of_tables

_MOST_COLUMNS = 4
"""Named in a line."""
_IF_DRAWN = ", if each row is drawn given those before it"
"""What the error of the mean of r rests on where rows that follow each other are alike: so it is for tokens
and for answers to one prompt, whose r have the mean 1 each, and not for the steps of a Markov chain."""


def estimate_report(
    table: TableRead,
    found: TableEstimates,
    unit: Unit,
    gaussians: GaussianPair | None = None,
    tokens: TokenMeans | None = None,
    spread: Histogram | None = None,
    sample: RowSample | None = None,
) -> Report:
    """The report of an estimation.

    Args:
        table: what was read.
        found: what it says, in nats.
        unit: of the estimates in the report.
        gaussians: q and p, if they were given.
        tokens: the rows of groups, if samples are groups.
        spread: how the log ratios are spread, for a picture.
        sample: some rows, in which causes are looked for where something is wrong.
    """
    whole = figures_of(table, found, unit, gaussians, tokens, sample)
    first = whole.k1.value
    return Report(
        data=data(whole),
        rows=tuple(records(whole)),
        document=Document(_title(table, gaussians), tuple(_blocks(whole))),
        bare="undefined" if first is None else repr(first),
        holds=not whole.problems,
        pictures=lambda: ratios_plots(found, spread) if spread else (),
    )


def _title(table: TableRead, pair: GaussianPair | None) -> Text:
    what = "samples of q" if table.group or table.suspected_group is None else "rows"
    source = f"{table.rows:,} {what} in {table.name}"
    if pair is None:
        return f"KL(q || p) from {source}"
    return ("KL(q || p) of q = ", *normal_text(pair.q), " and p = ", *normal_text(pair.p), f", from {source}")


def _blocks(figures: EstimateFigures) -> Iterator[DocumentBlock]:
    yield from _reading(figures)
    yield _estimate_table(figures.estimates, figures, "value")
    if figures.mean_per_row:
        yield Paragraph(_per_row_text(figures.mean_per_row))
        yield _estimate_table(figures.per_row, figures, "per row")
    yield FactList(tuple(_facts(figures)))
    yield Paragraph(sign_text(figures.found), "bad" if figures.found.sign == "bug" else "plain")
    for problem in figures.problems:
        yield Paragraph(f"{problem[0].upper()}{problem[1:]}{'' if problem.endswith('?') else '.'}", "bad")
    yield from (
        Note("warning", warning) for warning in warnings(figures.table, figures.found, figures.padded)
    )
    yield Heading("used as a loss, or within a reward")
    yield _gradient_table()
    yield Paragraph(
        "As a loss: at fixed samples, differentiated through log q. "
        "In a reward: a coefficient of grad log q, not differentiated itself.",
        "muted",
    )


def _reading(figures: EstimateFigures) -> Iterator[DocumentBlock]:
    """What was read, and for what it is taken."""
    table, pair = figures.table, figures.pair
    columns = [f"{key.replace('_', ' ')} from column {name}" for key, name in table.columns.items()]
    shown = ", ".join(columns[:_MOST_COLUMNS]) + ", ..." * (len(columns) > _MOST_COLUMNS)
    logs = "" if pair else ", natural logarithms"
    yield Paragraph(f"read: {shown}{logs}; {assumption(table)}")
    if table.group:
        yield Paragraph(
            f"grouped: {table.grouped_rows:,} rows added up to {table.rows:,} samples by {table.group}; "
            "the estimates are of the KL of a whole group"
        )
    if pair:
        yield Paragraph(f"reading: {reading_text(pair.q)}")


def _per_row_text(mean: RowMean) -> str:
    return (
        f"per row, of {mean.rows:,} rows in {mean.groups:,} groups, with cluster-robust errors (k1 and k3 of "
        "rows, added up over a group, have the KL of whole groups as their mean, too):"
    )


def _estimate_table(estimates: Sequence[RatioEstimate], figures: EstimateFigures, what: str) -> CellTable:
    rows = (
        (
            f"{estimate.estimator.name} = mean of {estimate.use.formula}",
            Cell(_value_text(estimate), "strong" if estimate.estimator is figures.k1.estimator else "plain"),
            interval_text(estimate.interval, estimate.standard_error),
            error_bar_text(estimate, figures.found) or valid_text(figures.found.rows),
        )
        for estimate in estimates
    )
    value = f"{what} ± standard error, {figures.unit}"
    return table_of(("estimator", value, "95 % interval", "error bar"), rows)


def _value_text(estimate: RatioEstimate) -> str:
    if estimate.value is None:
        return "undefined"
    if estimate.value == inf:
        return "infinite"
    if estimate.standard_error is None:
        return about(estimate.value, FEW_DIGITS)
    return f"≈ {with_error(estimate.value, estimate.standard_error)}"


def _facts(figures: EstimateFigures) -> Iterator[Fact]:
    found = figures.found
    if figures.pair:
        z = "" if figures.z is None else f"k1 is {abs(figures.z):.1f} standard errors away"
        yield Fact("closed form", f"{about(figures.closed_form)} {figures.unit}", z, "strong")
        fits = figures.pair.of_q.agrees
        label = "like samples of q" if fits else "unlike samples of q"
        yield Fact("samples", label, sample_text(figures.pair.of_q), "plain" if fits else "bad")
    size = found.effective_size
    # From 100 on whole numbers have the three digits.
    rows = f"{size:,.0f}" if size >= 100 else significant(size, FEW_DIGITS)
    worth = f"{rows} of {figures.table.rows:,} samples"
    yield Fact("effective size", worth, f"{share_text(size / found.rows)}, of the weights r")
    mean = found.ratio
    told = _mean_told(figures, mean)
    yield Fact("mean of r = p/q", _ratio_text(mean), told, "plain" if found.consistent else "bad")
    if found.row_ratio:
        of_rows = found.row_ratio
        text, told = _ratio_text(of_rows), _mean_told(figures, of_rows)
        yield Fact("the same per row", text, told, "bad" if of_rows is found.off else "plain")
    if figures.unseen and found.rows < FEW_FOR_A_TAIL:
        share = f"{share_text(figures.unseen.probability)} of q"
        yield Fact("may be missed", share, unseen_text(figures.unseen, found.rows, figures.unit))
    yield Fact("tail of r", shape_text(found.ratio_tail), tail_text(found))


def _mean_told(figures: EstimateFigures, mean: RatioMean) -> str:
    is_alike = figures.table.variance_inflation is not None and mean.standard_error is not None
    return f"{mean_text(mean)}{_IF_DRAWN if is_alike else ''}"


def _ratio_text(mean: RatioMean) -> str:
    if mean.value is None:
        return "beyond the doubles"
    error = mean.standard_error
    return about(mean.value, FEW_DIGITS) if error is None else with_error(mean.value, error)


def _gradient_table() -> CellTable:
    return table_of(
        ("estimator", "gradient as a loss", "optimises", "in a reward optimises"),
        (
            (row.name, use.as_loss.expectation, use.as_loss.optimises, use.in_reward.optimises)
            for row, use in of_tables()
        ),
    )

"""What `klcli estimate` found, in the unit of its report."""

from __future__ import annotations

from math import isfinite

from klcli.gaussian.divergence import divergence
from klcli.gaussian.divergence_result import Unit
from klcli.report.estimate_input import GaussianPair, sample_problems
from klcli.report.estimate_wording import problems
from klcli.report.units import nats_of
from klcli.samples.causes import RatioCause, causes, negative_logs, padded_share
from klcli.samples.clusters import ClusterMean
from klcli.samples.estimates import NORMAL_95, RatioEstimate, TableEstimates
from klcli.samples.row_sample import RowSample
from klcli.samples.token_means import TokenMeans
from klcli.samples.unseen import Unseen, unseen
from klcli.tables.collected_log_ratios import TableRead
from klcli.values import dataclass, replace
from klcli.witness.estimators import DEFAULT_ESTIMATOR


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
class EstimateFigures:
    """An estimation in the unit of the report.

    Attributes:
        table: what was read.
        found: what it says, in nats; from here all that has no unit.
        unit: of the rest.
        estimates: without their errors where the table is wrong.
        pair: q and p, if they were given.
        closed_form: KL(q || p) of these.
        mean_per_row: k1 per row, if samples are groups.
        per_row: each estimator per row, if samples are groups.
        problems: what is wrong with the table.
        causes: of which its rows tell.
        padded: the share of rows that look like padding.
    """

    table: TableRead
    found: TableEstimates
    unit: Unit
    estimates: tuple[RatioEstimate, ...]
    pair: GaussianPair | None
    closed_form: float | None
    mean_per_row: RowMean | None
    per_row: tuple[RatioEstimate, ...]
    problems: tuple[str, ...]
    causes: tuple[RatioCause, ...]
    padded: float

    @property
    def k1(self) -> RatioEstimate:
        """The estimate that is unbiased whatever p is."""
        return next(row for row in self.estimates if row.estimator.name == DEFAULT_ESTIMATOR)

    @property
    def unseen(self) -> Unseen | None:
        """What the samples may have missed; None where k1 has no interval."""
        return unseen(self.k1, self.found.rows)

    @property
    def status(self) -> str:
        """Whether the rows can be what they are said to be."""
        return "inconsistent" if self.problems else "consistent"

    @property
    def z(self) -> float | None:
        """How far k1 is from the closed form, in standard errors."""
        if self.closed_form is None or self.k1.value is None or not self.k1.standard_error:
            return None
        return (self.k1.value - self.closed_form) / self.k1.standard_error


def figures_of(
    table: TableRead,
    found: TableEstimates,
    unit: Unit,
    pair: GaussianPair | None = None,
    tokens: TokenMeans | None = None,
    sample: RowSample | None = None,
) -> EstimateFigures:
    """An estimation in the unit that was asked for.

    Args:
        table: what was read.
        found: what it says, in nats.
        unit: of the report.
        pair: q and p, if they were given.
        tokens: the rows of groups.
        sample: some rows, in which causes are looked for where something is wrong.
    """
    search = negative_logs if found.exchanged else causes
    told = () if sample is None or found.consistent else tuple(search(sample))
    padded = 0.0 if sample is None else padded_share(sample)
    wrong = tuple(sample_problems(pair) if pair else ()) or tuple(problems(found, table.columns, told))
    estimates = tuple(_in_unit(unit, estimate) for estimate in found.estimates)
    if wrong:
        estimates = tuple(map(_withheld, estimates))
    closed_form = divergence(pair.q, pair.p, unit).value if pair else None
    whole = EstimateFigures(table, found, unit, estimates, pair, closed_form, None, (), wrong, told, padded)
    if tokens is None:
        return whole
    per_row = tuple(_in_unit(unit, estimate) for estimate in tokens.estimates(found.k1.reliability))
    if wrong:
        per_row = tuple(map(_withheld, per_row))
    mean = _mean_per_row(tokens.means[DEFAULT_ESTIMATOR], whole)
    return replace(whole, mean_per_row=mean, per_row=per_row)


def _in_unit(unit: Unit, found: RatioEstimate) -> RatioEstimate:
    nats, interval = nats_of(unit), found.interval
    return replace(
        found,
        value=None if found.value is None else found.value / nats,
        standard_error=None if found.standard_error is None else found.standard_error / nats,
        interval=interval and (interval[0] / nats, interval[1] / nats),
    )


def _withheld(found: RatioEstimate) -> RatioEstimate:
    """Without an error bar, which is one of samples of q only."""
    reason = "inconsistent" if found.reliability == "valid" else found.reliability
    return replace(found, standard_error=None, interval=None, reliability=reason)


def _mean_per_row(rows: ClusterMean, figures: EstimateFigures) -> RowMean:
    if not isfinite(rows.mean):
        return RowMean(None, None, None, rows.rows, rows.count)
    value, error = rows.mean / nats_of(figures.unit), rows.standard_error / nats_of(figures.unit)
    if figures.k1.reliability != "valid":
        return RowMean(value, None, None, rows.rows, rows.count)
    half = NORMAL_95 * error
    return RowMean(value, error, (value - half, value + half), rows.rows, rows.count)

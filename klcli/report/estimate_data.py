"""The fields of the JSON and of the CSV of `klcli estimate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from klcli.gaussian.divergence_result import Unit
from klcli.report.csv_records import ResultRow, fields_of
from klcli.report.estimate_causes import cause_text
from klcli.report.estimate_figures import EstimateFigures, RowMean
from klcli.report.estimate_input import assumption, warnings
from klcli.report.estimate_wording import error_bar_text, sign_text, tail_text
from klcli.report.report import in_short
from klcli.samples.causes import RatioCause
from klcli.samples.estimates import RatioEstimate, RatioMean, TableEstimates
from klcli.samples.unseen import Unseen
from klcli.tables.collected_log_ratios import TableRead
from klcli.values import dataclass
from klcli.witness.estimators import DEFAULT_ESTIMATOR

SCHEMA = "klcli.estimate/2"
_OF_ESTIMATE = (
    "name=estimator.name formula=use.formula value standard_error interval error_bar=reliability needed_rows"
)
_OF_TABLE = (
    "unit rows=table.rows effective_size=found.effective_size "
    "mean_per_row=mean_per_row.value mean_per_row_error=mean_per_row.standard_error"
)
_OF_RATIOS = (
    "mean_ratio=found.ratio.value tail_shape=found.ratio_tail.shape sign=found.sign closed_form status"
)


@dataclass(frozen=True, slots=True)
class EstimateData:
    """The data of `klcli estimate`; the field names are the keys of its JSON, the values are in `unit`.

    Attributes:
        schema: the name of this shape.
        table: what was read.
        unit: ``nats`` or ``bits``.
        divergence: ``KL(q || p)``.
        assumption: what the rows are taken for.
        estimates: of k1, k2 and k3, each with its standard error where that is valid.
        mean_per_row: k1 per row, where samples are groups.
        per_row: k1, k2 and k3 per row, where samples are groups; empty where they are not.
        effective_size: of the weights p/q, in rows and as a share.
        mean_ratio: the mean of p/q, which is 1.
        mean_row_ratio: the mean of p/q of the rows of groups, which is 1, too; None without groups.
        mean_inverse_ratio: the mean of q/p.
        tail: of p/q.
        unseen: what the samples may have missed; None where k1 has no interval.
        sign: what the sign of k1 says.
        infinite_rows: rows with p = 0.
        samples: of Gaussians, beside the closed form.
        status: ``consistent`` or ``inconsistent``.
        problems: what is wrong with the rows.
        causes: those of which the rows tell.
        warnings: what has to be known beside the estimates.
    """

    schema: str
    table: TableRead
    unit: Unit
    divergence: str
    assumption: str
    estimates: Sequence[Mapping[str, object]]
    mean_per_row: RowMean | None
    per_row: Sequence[Mapping[str, object]]
    effective_size: Mapping[str, float]
    mean_ratio: RatioMean
    mean_row_ratio: RatioMean | None
    mean_inverse_ratio: Mapping[str, float | None]
    tail: Mapping[str, object]
    unseen: Unseen | None
    sign: Mapping[str, object]
    infinite_rows: int
    samples: Mapping[str, object] | None
    status: str
    problems: tuple[str, ...]
    causes: Sequence[Mapping[str, object]]
    warnings: tuple[str, ...]

    @property
    def value(self) -> float | None:
        """k1, which is unbiased whatever p is; None where it is undefined."""
        return self._k1("value")

    @property
    def standard_error(self) -> float | None:
        """Of k1; None where no error bar holds."""
        return self._k1("standard_error")

    def _k1(self, key: str) -> float | None:
        found = next(row[key] for row in self.estimates if row["name"] == DEFAULT_ESTIMATOR)
        return found if isinstance(found, float) else None

    def __repr__(self) -> str:
        return in_short(self, "divergence", "value", "standard_error", "unit", "status")


def data(figures: EstimateFigures) -> EstimateData:
    """The same for JSON."""
    found, pair, tail = figures.found, figures.pair, figures.found.ratio_tail
    return EstimateData(
        schema=SCHEMA,
        table=figures.table,
        unit=figures.unit,
        divergence="KL(q || p)",
        assumption=assumption(figures.table),
        estimates=[_record(estimate, found) for estimate in figures.estimates],
        mean_per_row=figures.mean_per_row,
        per_row=[_short(estimate, found) for estimate in figures.per_row],
        effective_size={"rows": found.effective_size, "share": found.effective_size / found.rows},
        mean_ratio=found.ratio,
        mean_row_ratio=found.row_ratio,
        mean_inverse_ratio=fields_of(found.inverse, "value standard_error"),
        tail={
            "shape": tail.shape,
            "standard_error": None if tail.shape is None else tail.shape_error,
            "size": tail.size,
            "remark": tail_text(found),
        },
        unseen=figures.unseen,
        sign={**fields_of(found, "verdict=sign negative_rows"), "text": sign_text(found)},
        infinite_rows=found.infinite_rows,
        samples=fields_of(figures, "closed_form z") | fields_of(pair, "of_q of_p") if pair else None,
        status=figures.status,
        problems=figures.problems,
        causes=[_cause(cause) for cause in figures.causes],
        warnings=tuple(warnings(figures.table, found, figures.padded)),
    )


def rows(figures: EstimateFigures) -> Iterator[ResultRow]:
    """A record of each estimator for CSV."""
    per_row = {row.estimator.name: row for row in figures.per_row}
    for estimate in figures.estimates:
        low, high = estimate.interval or (None, None)
        yield {
            **fields_of(estimate, "estimator=estimator.name value standard_error"),
            "low": low,
            "high": high,
            **fields_of(estimate, "error_bar=reliability needed_rows"),
            **fields_of(figures, _OF_TABLE),
            **fields_of(per_row.get(estimate.estimator.name), "per_row=value per_row_error=standard_error"),
            **fields_of(figures, _OF_RATIOS),
            **fields_of(estimate, "loss_optimises=use.as_loss.optimises"),
            **fields_of(estimate, "reward_optimises=use.in_reward.optimises"),
        }


def _record(estimate: RatioEstimate, found: TableEstimates) -> dict[str, object]:
    return {
        **fields_of(estimate, f"{_OF_ESTIMATE} unbiased=estimator.unbiased"),
        "remark": error_bar_text(estimate, found),
        **fields_of(estimate, "as_loss=use.as_loss in_reward=use.in_reward"),
    }


def _short(estimate: RatioEstimate, found: TableEstimates) -> dict[str, object]:
    """A mean per row, whose gradients are those of the same estimator of samples."""
    return {**fields_of(estimate, _OF_ESTIMATE), "remark": error_bar_text(estimate, found)}


def _cause(cause: RatioCause) -> dict[str, object]:
    found = fields_of(cause, "name explains share value standard_error=error")
    return {**found, "text": cause_text(cause)}

"""What `klcli runlog` says: the KLs that a run has logged, what they are, and where their levels changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.formula.numeral import significant
from klcli.names.logged_kls import LoggedKl, meanings, similar
from klcli.report.csv_records import ResultRow
from klcli.report.document import Document, DocumentBlock, Note, Paragraph, table_of
from klcli.report.report import Report
from klcli.report.runlog_picture import series_plot
from klcli.report.wording import FEW_DIGITS
from klcli.samples.change_point import FALSE_ALARMS, LEAST_STEPS, LevelChange, LevelSearch
from klcli.tables.series import LogSeries
from klcli.values import dataclass

SCHEMA = "klcli.runlog/1"
_METHOD = (
    "the largest cumulative sum of normal scores, against noise that is taken from differences between steps "
    f"and between blocks; of series of {LEAST_STEPS} steps or more without a change, at most about 1 in "
    f"{round(1 / FALSE_ALARMS)} shows one"
)
_ENDS = 10
"""The first and the last of so many parts say where a series began and ended."""


@dataclass(frozen=True, slots=True)
class LoggedSeries:
    """A series, and what was found in it."""

    series: LogSeries
    search: LevelSearch


def runlog_report(files: Sequence[str], found: Sequence[LoggedSeries]) -> Report:
    """The report of the KLs in the logs of a run.

    Args:
        files: that were read.
        found: one series or more, each with one number or more.
    """
    warnings = tuple(_warnings(found))
    changes = sum(len(one.search.changes) for one in found)
    return Report(
        data={
            "schema": SCHEMA,
            "files": files,
            "series": [_record(one) for one in found],
            "method": _METHOD,
            "warnings": warnings,
        },
        rows=tuple(row for one in found for row in _rows(one)),
        columns=("series", "step", "low", "high", "before", "after", "kind"),
        document=Document(_title(files, found), tuple(_blocks(found, warnings))),
        bare=str(changes),
        holds=True,
        pictures=lambda: [series_plot(one.series, one.search.changes) for one in found],
    )


def _title(files: Sequence[str], found: Sequence[LoggedSeries]) -> str:
    name = files[0] if len(files) == 1 else f"{len(files):,} files"
    return f"{len(found)} KL{'s' * (len(found) != 1)} logged in {name}"


def _blocks(found: Sequence[LoggedSeries], warnings: Sequence[str]) -> Iterator[DocumentBlock]:
    yield table_of(("logged as", "steps", "from", "to", "changes of level"), map(_cells, found))
    for one in found:
        yield Paragraph(f"{one.series.name}: {_meaning_text(one.series)}")
        for change in one.search.changes:
            yield Paragraph(f"{one.series.name}: {_change_text(one.series, change)}", "strong")
    yield from (Note("warning", warning) for warning in warnings)
    yield Paragraph(f"Changes are looked for by {_METHOD}.", "muted")


def _cells(one: LoggedSeries) -> tuple[str, ...]:
    first, last = _ends(one.series)
    told = str(len(one.search.changes)) if one.search.is_decidable else f"not told: {one.search.why_not}"
    many = len(one.series.values)
    steps = f"{one.series.steps[0]:g} to {one.series.steps[-1]:g}, {many:,} value{'s' * (many != 1)}"
    return one.series.name, steps, significant(first, FEW_DIGITS), significant(last, FEW_DIGITS), told


def _ends(series: LogSeries) -> tuple[float, float]:
    """The medians of the first and of the last tenth."""
    from statistics import median

    size = max(1, len(series.values) // _ENDS)
    return median(series.values[:size]), median(series.values[-size:])


def _change_text(series: LogSeries, change: LevelChange) -> str:
    low, high = (
        series.steps[min(max(place, 0), len(series.steps) - 1)] for place in (change.low, change.high)
    )
    levels = f"{significant(change.before, FEW_DIGITS)} to {significant(change.after, FEW_DIGITS)}"
    if change.is_drift:
        return f"the level moved all the way rather than at one step, from {levels} (medians of its halves)"
    return (
        f"the level changed from {levels} (medians) at step {series.steps[change.place]:g}, "
        f"between {low:g} and {high:g}"
    )


def _meaning_text(series: LogSeries) -> str:
    """What is known of a name, and what the numbers say against it."""
    if known := _possible(series, meanings(series.name)):
        return "; or ".join(map(_known_text, known)) + ". In nats, as all of these take natural logarithms"
    of_its_code = "unit and reduction are as its code says. Natural logarithms make nats"
    if alike := _possible(series, similar(series.name)):
        return (
            f"no trainer that is known logs a KL under this whole name; where it is what others log as "
            f"{alike[0].name}: {'; or '.join(map(_known_text, alike))}. Otherwise {of_its_code}"
        )
    return f"no trainer that is known logs a KL under this name; {of_its_code}"


def _known_text(row: LoggedKl) -> str:
    estimator = row.estimator or "the estimator that the run was configured with"
    remark = f" ({row.remark})" if row.remark else ""
    return f"in {row.trainer}: {estimator} between {row.between}, {row.per}{remark}"


def _possible(series: LogSeries, rows: Sequence[LoggedKl]) -> list[LoggedKl]:
    """Those that no value below 0 rules out, as k2 and k3 have none."""
    return [row for row in rows if row.estimator not in ("k2", "k3") or min(series.values) >= 0]


def _warnings(found: Sequence[LoggedSeries]) -> Iterator[str]:
    for series in (one.series for one in found):
        if series.not_finite:
            many = f"{series.not_finite:,} values are infinite or NaN and left out, the first"
            left_out = many if series.not_finite > 1 else "1 value is infinite or NaN and left out,"
            yield f"{series.name}: {left_out} at step {series.first_not_finite:g}"
        negative = sum(value < 0 for value in series.values)
        if negative:
            yield (
                f"{series.name}: {negative:,} of {len(series.values):,} values are below 0, which a KL never "
                "is: these are means of k1 over few samples, or q and p are exchanged (klcli explain k1)"
            )
        if any(later < earlier for earlier, later in zip(series.steps, series.steps[1:], strict=False)):
            yield f"{series.name}: steps go back; values are taken in the order of the file"


def _record(one: LoggedSeries) -> dict[str, object]:
    series, (first, last) = one.series, _ends(one.series)
    return {
        "name": series.name,
        "points": len(series.values),
        "first_step": series.steps[0],
        "last_step": series.steps[-1],
        "first": first,
        "last": last,
        "least": min(series.values),
        "most": max(series.values),
        "negative": sum(value < 0 for value in series.values),
        "not_finite": series.not_finite,
        "meanings": _possible(series, meanings(series.name)),
        "told": one.search.is_decidable,
        "why_not": one.search.why_not,
        "changes": list(_rows(one)),
    }


def _rows(one: LoggedSeries) -> Iterator[ResultRow]:
    """A record of each change for CSV."""
    steps = one.series.steps
    for change in one.search.changes:
        yield {
            "series": one.series.name,
            "step": steps[change.place],
            "low": steps[max(change.low, 0)],
            "high": steps[min(change.high, len(steps) - 1)],
            "before": change.before,
            "after": change.after,
            "kind": "drift" if change.is_drift else "step",
        }

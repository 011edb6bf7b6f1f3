"""The picture of `klcli runlog`: a KL over the steps of its run, and the levels that were found in it."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.report.document import Axis, Curve, Plot
from klcli.samples.change_point import LevelChange
from klcli.tables.series import LogSeries

_MOST_POINTS = 512
"""Of a curve: more are no wider than the lines of a picture."""


def series_plot(series: LogSeries, changes: Sequence[LevelChange]) -> Plot:
    """A series as it was logged; on top of it the medians between its changes, if it has any.

    A level that moved all the way has no medians that say something.

    Args:
        series: what was logged.
        changes: that were found in it, in the order of their steps.
    """
    thin = max(1, -(-len(series.values) // _MOST_POINTS))
    logged = Curve(series.name, tuple(series.steps[::thin]), tuple(series.values[::thin]))
    steps = [change for change in changes if not change.is_drift]
    levels = [_levels(series, steps)] if steps else []
    return Plot(series.name, Axis("step"), Axis("as logged"), (logged, *levels))


def _levels(series: LogSeries, changes: Sequence[LevelChange]) -> Curve:
    """The medians as stairs, which rise at the steps of the changes."""
    risers = [series.steps[change.place] for change in changes]
    heights = [changes[0].before, *(change.after for change in changes)]
    x = [series.steps[0], *(step for riser in risers for step in (riser, riser)), series.steps[-1]]
    return Curve("medians between changes", tuple(x), tuple(height for height in heights for _ in "lr"))

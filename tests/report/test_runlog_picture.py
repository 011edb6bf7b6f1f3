"""The picture of a run log: the series, and stairs of medians where its level changed."""

from __future__ import annotations

import statistics

from klcli.report.runlog_picture import series_plot
from klcli.samples.change_point import LevelChange
from klcli.tables.series import LogSeries

_VALUES = [1.0, 3.0, 1.0, 5.0, 5.5, 5.0, 0.5, 0.0, 0.5]
_SERIES = LogSeries("kl", [10.0 * index for index in range(9)], _VALUES)


def _change(place: int, before: float, after: float, *, drift: bool = False) -> LevelChange:
    return LevelChange(place, place, place, before, after, 9.0, drift)


def test_stairs_rise_where_the_level_changed() -> None:
    low, high, last = (statistics.median(_VALUES[start : start + 3]) for start in (0, 3, 6))
    logged, levels = series_plot(_SERIES, [_change(3, low, high), _change(6, high, last)]).series
    assert logged.y == tuple(_VALUES)
    assert list(zip(levels.x, levels.y, strict=True)) == [
        (0, 1), (30, 1), (30, 5), (60, 5), (60, 0.5), (80, 0.5)
    ]  # fmt: skip


def test_a_drift_has_no_stairs() -> None:
    assert len(series_plot(_SERIES, [_change(4, 1, 5, drift=True)]).series) == 1
    assert not series_plot(_SERIES, []).has_names


def test_a_long_series_keeps_its_ends_in_order() -> None:
    long = LogSeries("kl", [float(step) for step in range(10_000)], [0.0] * 10_000)
    (curve,) = series_plot(long, []).series
    assert curve.x[0] == 0
    assert len(curve.x) <= 512
    assert list(curve.x) == sorted(curve.x)

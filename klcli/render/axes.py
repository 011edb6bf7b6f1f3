"""What a plot shows of its curves, whoever draws it."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from klcli.report.document import Curve, Plot

__all__ = ["runs", "x_range", "y_range"]

_LARGEST = 1e150
"""Values beyond are not drawn; differences and ratios of the others are finite."""

Point = tuple[float, float]


def runs(curve: Curve) -> Iterator[list[Point]]:
    """The curve without its gaps: stretches of points with finite y, one after the other."""
    run: list[Point] = []
    for x, y in zip(curve.x, curve.y, strict=True):
        if abs(x) <= _LARGEST and isfinite(y):
            run.append((x, _within(_LARGEST, y)))
        elif run:
            yield run
            run = []
    if run:
        yield run


def x_range(plot: Plot) -> tuple[float, float]:
    """The smallest and the largest x at which there is a point to be seen."""
    return _apart([x for x, _ in _points(plot)])


def y_range(plot: Plot) -> tuple[float, float]:
    """From the lowest value, or 0 if none is negative, to the highest; `y_limit` cuts on both sides."""
    limit = min(_LARGEST, abs(plot.y_limit))
    return _apart([0.0, *(_within(limit, y) for _, y in _points(plot))])


def _points(plot: Plot) -> Iterator[Point]:
    return (point for curve in plot.curves for run in runs(curve) for point in run)


def _within(limit: float, value: float) -> float:
    return max(-limit, min(limit, value))


def _apart(values: list[float]) -> tuple[float, float]:
    """The smallest and the largest value, or a range that begins there if it would be empty."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return (low, high) if high - low > 1 / _LARGEST else (low, low + max(1.0, abs(low)))

"""Where the series of a plot lie, whoever draws them: lines and regions in a square, and its ticks.

Both coordinates of the square go from 0 to 1, from the left and from below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from math import ceil, floor, isfinite, log10, nan
from typing import TypeAlias, TypeVar

from klcli.report.document import Area, Axis, Bars, Curve, Plot, Series
from klcli.values import dataclass

PlotPoint: TypeAlias = tuple[float, float]
PointRun: TypeAlias = list[PlotPoint]
T = TypeVar("T")

_LARGEST, _SMALLEST = 1e150, 1e-150
"""Values beyond are not shown; differences and ratios of the others are finite."""
_TICKS = 6.5
"""The most steps between the ticks of an axis."""
_DIGITS = range(6, 18)
"""Of a tick."""
_CLOSE = 0.01
"""Of an axis: as far as the text of a tick may be from its value."""
_LONG = 1e4
"""Whole numbers from which on thousands are told apart."""
_COUNTABLE = 1e7
"""Ticks from 0 beyond which six digits do not tell one from the next."""
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps of ticks that people count in, times a power of ten."""
_FACTORS = (1.0, 2.0, 5.0)
"""Of a power of ten, on a short logarithmic axis: nearly evenly spaced."""
_ROUNDING = 1e-9
"""Of a step: a tick at the end of an axis is not lost to it."""
_SHORT = 1.5
"""Decades below which a logarithmic axis has ticks between its powers of ten."""


@dataclass(frozen=True, slots=True)
class AxisSpan:
    """The values that an axis shows, from `low` to `high`."""

    low: float
    high: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Where a value lies: 0 at `low`, 1 at `high`; nan where it lies nowhere."""
        if not isfinite(value):
            return nan
        value = max(-_LARGEST, min(_LARGEST, value))
        if not self.logarithmic:
            return (value - self.low) / (self.high - self.low)
        return log10(value / self.low) / log10(self.high / self.low) if value >= _SMALLEST else nan

    def ticks(self) -> list[tuple[float, str]]:
        """The places of a few round values, and what these are."""
        values = _decades(self.low, self.high) if self.logarithmic else _multiples(self.low, self.high)
        shown = [value for value in values if abs(self.place(value) - 0.5) < 0.5 + _ROUNDING]
        return [(_held(self.place(value)), self._text(value)) for value in shown]

    def _text(self, value: float) -> str:
        """A value with as many digits as its place needs, thousands told apart."""
        if _LONG <= abs(value) < _COUNTABLE and value == round(value):
            return f"{value:,.0f}"
        texts = (f"{value:.{digits}g}" for digits in _DIGITS)
        near = (self.high - self.low) * _CLOSE
        return next((text for text in texts if abs(float(text) - value) <= near), repr(value))


@dataclass(frozen=True, slots=True)
class PlotFrame:
    """The spans of both axes, and where series lie within them."""

    x: AxisSpan
    y: AxisSpan

    def lines(self, series: Series) -> list[PointRun]:
        """The lines of a curve, without its gaps and what lies outside; a region has none."""
        if not isinstance(series, Curve):
            return []
        places = (self._place(x, y) for x, y in zip(series.x, series.y, strict=True))
        return [part for run in _runs(places) for part in _inside(run)]

    def regions(self, series: Series) -> list[PointRun]:
        """The regions of an area or of bars by their corners; what lies outside is moved to the edge."""
        match series:
            case Area(_, x, low, high):
                ends = zip(x, low, high, strict=True)
                both = ((self._place(one, below), self._place(one, above)) for one, below, above in ends)
                return [_between(run) for run in _runs(both)]
            case Bars(_, edges, heights):
                bars = zip(pairwise(edges), heights, strict=True)
                return [self._bar(*sides, height) for sides, height in bars if self._shows(*sides, height)]
        return []

    def _place(self, x: float, y: float) -> PlotPoint:
        return self.x.place(x), self.y.place(y)

    def _shows(self, left: float, right: float, height: float) -> bool:
        return height > 0 and all(map(isfinite, (*self._place(left, height), self.x.place(right))))

    def _bar(self, left: float, right: float, height: float) -> PointRun:
        start, end, top = map(_held, (self.x.place(left), self.x.place(right), self.y.place(height)))
        foot = 0.0 if self.y.logarithmic else _held(self.y.place(0.0))
        return [(start, foot), (start, top), (end, top), (end, foot)]


def frame_of(plot: Plot) -> PlotFrame:
    """The frame that shows all of a plot, but for what its axes leave out."""
    return PlotFrame(
        _span(plot.x, chain.from_iterable(map(_along, plot.all)), from_zero=False),
        _span(plot.y, chain.from_iterable(map(_up, plot.all)), from_zero=True),
    )


def _along(series: Series) -> Sequence[float]:
    """The x of a series at which there is something to be seen."""
    match series:
        case Curve(_, x, y):
            return [one for one, up in zip(x, y, strict=True) if isfinite(up)]
        case Area(_, x, _, _):
            return x
        case Bars(_, edges, _):
            return edges


def _up(series: Series) -> Iterable[float]:
    match series:
        case Curve(_, _, y):
            return y
        case Area(_, _, low, high):
            return (*low, *high)
        case Bars(_, _, heights):
            return heights


def _span(axis: Axis, values: Iterable[float], *, from_zero: bool) -> AxisSpan:
    """What an axis shows: the values, 0 where that belongs to them, nothing beyond its ends."""
    logarithmic = axis.scale == "log"
    least = _SMALLEST if logarithmic else -_LARGEST
    bottom, top = max(axis.low, least), min(axis.high, _LARGEST)
    seen = [max(bottom, min(top, value)) for value in values if least <= value <= _LARGEST]
    if from_zero and not logarithmic and not isfinite(axis.low):
        seen.append(0.0)
    low, high = min(seen, default=float(logarithmic)), max(seen, default=float(logarithmic))
    if logarithmic:  # a decade, where there is one value
        return AxisSpan(low, high if high > low * (1 + _ROUNDING) else 10 * low, True)
    return AxisSpan(low, high if high - low > 1 / _LARGEST else low + max(1.0, abs(low)))


def _runs(places: Iterable[T]) -> Iterator[list[T]]:
    """The stretches of places that lie somewhere, one after the other."""
    run: list[T] = []
    for place in places:
        if all(map(isfinite, _numbers(place))):
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _numbers(place: object) -> Iterator[float]:
    """The coordinates of a point, or of several."""
    if isinstance(place, tuple):
        for part in place:
            yield from _numbers(part)
    elif isinstance(place, float):
        yield place


def _inside(run: PointRun) -> Iterator[PointRun]:
    """The parts of a line that lie in the square."""
    if len(run) == 1:
        run = run * 2
    part: PointRun = []
    for start, end in pairwise(run):
        cut = _cut(start, end)
        if cut and part and part[-1] == cut[0]:
            part.append(cut[1])
            continue
        if part:
            yield part
        part = list(cut) if cut else []
    if part:
        yield part


def _cut(start: PlotPoint, end: PlotPoint) -> tuple[PlotPoint, PlotPoint] | None:
    """What of a stretch of line lies in the square (Liang and Barsky, ACM Trans. Graph. 3, 1984)."""
    (x, y), across, up = start, end[0] - start[0], end[1] - start[1]
    begin, stop = 0.0, 1.0
    for step, room in ((-across, x), (across, 1 - x), (-up, y), (up, 1 - y)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            begin = max(begin, room / step)
        else:
            stop = min(stop, room / step)
    if begin > stop:
        return None
    # An end that is far outside is at 0 or 1 of the stretch, too, where its other end is farther by 2^53.
    first = start if begin == 0 else (x + begin * across, y + begin * up)
    last = end if stop == 1 else (x + stop * across, y + stop * up)
    return _into(first), _into(last)


def _between(run: list[tuple[PlotPoint, PlotPoint]]) -> PointRun:
    """The outline of what lies between two lines: along the upper one and back along the lower one."""
    around = chain((above for _, above in run), (below for below, _ in reversed(run)))
    return [(_held(x), _held(y)) for x, y in around]


def _into(point: PlotPoint) -> PlotPoint:
    return _held(point[0]), _held(point[1])


def _held(place: float) -> float:
    return min(max(place, 0.0), 1.0)


def _multiples(low: float, high: float) -> list[float]:
    """The multiples of a round number that lie between two values, as many as there may be."""
    rough = (high - low) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(power * nice for nice in _NICE if power * nice >= rough * (1 - _ROUNDING))
    first, last = ceil(low / step - _ROUNDING), floor(high / step + _ROUNDING)
    if max(abs(first), abs(last)) > _COUNTABLE:  # where doubles lie too far apart to tell one from the next
        return [low, high]
    return [step * count for count in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    """Powers of ten between two values, or their halves and fifths, too, where the powers are too few."""
    decades = log10(high / low)
    every = max(1, ceil(decades / _TICKS))
    factors = _FACTORS if decades < _SHORT else (1.0,)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    values = [factor * 10.0**power for power in powers if power % every == 0 for factor in factors]
    inside = [value for value in values if low * (1 - _ROUNDING) <= value <= high * (1 + _ROUNDING)]
    return inside if len(inside) > 1 else [low, high]

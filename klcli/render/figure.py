"""Plots as figures of lines, regions and words on a plane, which media that have one draw as they are.

Lengths are in units of which 13 are the height of the type; a figure is 440 wide, so that it can be read on
a phone. Words are set in any sans-serif: their widths are estimates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Literal, TypeAlias

from klcli.render.axes import PlotFrame, PlotPoint, PointRun, frame_of
from klcli.render.character_spellings import visible
from klcli.render.curve_letters import Position, marked
from klcli.render.series_styles import TRUTH, Look, letters, look_of
from klcli.report.document import Bars, Curve, Plot, Series
from klcli.values import dataclass

WIDTH = 440.0
"""Of a figure, so that it can be read on a phone."""
_TITLE, _TYPE, _SMALL = 14.0, 13.0, 12.0
"""Heights of type: of titles, of names, of what stands at the axes."""
_LEADING = 1.4
"""The distance of two lines of words, in units of their type."""
_CHARACTER, _BOLD = 0.5, 0.58
"""The width of a character of words, in units of their type."""
_EDGE, _GAP, _HEIGHT = 8.0, 6.0, 200.0
"""Around all, between a sign and its words; and the height of the series, which are about twice as wide."""
_SAMPLE = 26.0
"""The length of the line that stands before a name."""
_RISE = 0.35
"""Half of the height of a letter, in its type, by which words stand below what they are centred on."""
_BOX, _VEIL = 0.4, 0.85
"""Half of the width of the ground below a letter on a curve, in its type, and how much that hides."""
_THIN, _THICK = 2.0, 6.0
"""The widths of curves, and of that of the true KL, which shows on both sides of another one on it."""
_OF_BARS, _OF_AREAS = 0.6, 0.3
"""How much bars hide, and areas: lines are seen through these."""
_ROWS, _COLUMNS = 18, 36
"""Of the grid on which letters find their places."""

Ink: TypeAlias = Literal["ground", "text", "muted", "grid"] | Look
Anchor: TypeAlias = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Polyline:
    """A line through points."""

    points: PointRun
    ink: Ink
    width: float
    dashes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """What lies within corners; a density of 1 hides what is below."""

    corners: PointRun
    ink: Ink
    density: float


@dataclass(frozen=True, slots=True)
class FigureText:
    """Words on one line, with the point on its base at which they start, end or have their middle."""

    text: str
    at: PlotPoint
    ink: Ink
    size: float
    anchor: Anchor = "start"
    bold: bool = False


FigureShape: TypeAlias = Polyline | Region | FigureText


@dataclass(frozen=True, slots=True)
class Figure:
    """Shapes, one on top of the other, with the words for who cannot see them; y grows from the top."""

    title: str
    height: float
    shapes: tuple[FigureShape, ...]


def figure_of(plots: Sequence[Plot]) -> Figure:
    """The figure of plots, one below the other."""
    shapes: list[FigureShape] = []
    top = 0.0
    for plot in plots:
        for part in (_title, _legend, _axes, _remark):
            drawn, top = part(plot, top)
            shapes += drawn
        top += _EDGE
    return Figure(visible("; ".join(plot.title for plot in plots)), top, tuple(shapes))


def _title(plot: Plot, top: float) -> tuple[list[FigureShape], float]:
    return _paragraph(plot.title, top + _EDGE, _TITLE, "text", bold=True)


def _remark(plot: Plot, top: float) -> tuple[list[FigureShape], float]:
    return _paragraph(plot.remark, top, _SMALL, "muted", bold=False)


def _paragraph(
    text: str, top: float, size: float, ink: Ink, *, bold: bool
) -> tuple[list[FigureShape], float]:
    """A text in lines as wide as the figure, from a height down; and the height below it."""
    lines = wrap(visible(text), int((WIDTH - 2 * _EDGE) / ((_BOLD if bold else _CHARACTER) * size)))
    step = _LEADING * size
    words = [
        FigureText(line, (_EDGE, top + step * row + size), ink, size, bold=bold)
        for row, line in enumerate(lines)
    ]
    return list(words), top + step * len(lines)


def _legend(plot: Plot, top: float) -> tuple[list[FigureShape], float]:
    """The names of the series beside samples of them, in rows; none of a single one, which the axis names."""
    shapes: list[FigureShape] = []
    if not plot.has_names:
        return shapes, top
    x, step = _EDGE, _LEADING * _TYPE
    top += _GAP / 2
    for series, look, letter in _told_apart(plot):
        name = visible(series.name)
        if isinstance(series, Curve) and look is not TRUTH and name != letter:
            name = f"{letter} · {name}"
        room = _SAMPLE + _GAP + len(name) * _BOLD * _TYPE + 2 * _EDGE
        if x > _EDGE and x + room > WIDTH:
            x, top = _EDGE, top + step
        shapes += _sample(series, look, (x, top + (1 - _RISE) * _TYPE))
        shapes.append(FigureText(name, (x + _SAMPLE + _GAP, top + _TYPE), "text", _TYPE))
        x += room
    return shapes, top + step


def _sample(series: Series, look: Look, at: PlotPoint) -> Iterator[FigureShape]:
    (x, y), end = at, at[0] + _SAMPLE
    if isinstance(series, Curve):
        yield _stroke([(x, y), (end, y)], look)
    else:
        half = _BOX * _TYPE
        yield Region([(x, y - half), (end, y - half), (end, y + half), (x, y + half)], look, _density(series))


def _axes(plot: Plot, top: float) -> tuple[list[FigureShape], float]:
    """The axes with their labels and ticks, and all that is drawn between them."""
    frame = frame_of(plot)
    label = top + _SMALL
    up = frame.y.ticks()
    left = _EDGE + _GAP + max((_BOLD * _SMALL * len(text) for _, text in up), default=0.0)
    box = _Box(left, label + _GAP + _SMALL, WIDTH - 2 * _EDGE)
    below = box.foot + _GAP + _SMALL
    shapes: list[FigureShape] = [FigureText(visible(plot.y.label), (_EDGE, label), "muted", _SMALL)]
    for place, text in up:
        x, y = box.at((0, place))
        shapes += [
            Polyline([(x, y), box.at((1, place))], "grid", 1.0),
            FigureText(text, (x - _GAP, y + _RISE * _SMALL), "muted", _SMALL, "end"),
        ]
    for place, text in frame.x.ticks():
        x, y = box.at((place, 0))
        middle = min(x, WIDTH - _GAP - _BOLD * _SMALL * len(text) / 2)
        shapes += [
            Polyline([(x, y), (x, y + _GAP / 2)], "muted", 1.0),
            FigureText(text, (middle, below), "muted", _SMALL, "middle"),
        ]
    shapes += _drawn(plot, frame, box)
    shapes.append(Polyline([box.at((0, 0)), box.at((1, 0))], "muted", 1.0))
    center = ((box.left + box.right) / 2, below + _LEADING * _SMALL)
    shapes.append(FigureText(visible(plot.x.label), center, "muted", _SMALL, "middle"))
    return shapes, center[1] + _GAP


@dataclass(frozen=True, slots=True)
class _Box:
    """Where the square of the series lies on the figure."""

    left: float
    top: float
    right: float

    @property
    def foot(self) -> float:
        return self.top + _HEIGHT

    def at(self, place: PlotPoint) -> PlotPoint:
        """The point of a place in the square."""
        return self.left + place[0] * (self.right - self.left), self.foot - place[1] * _HEIGHT


def _drawn(plot: Plot, frame: PlotFrame, box: _Box) -> Iterator[FigureShape]:
    """The series, and on each curve its letter."""
    curves, told = [], []
    for series, look, letter in _told_apart(plot):
        for corners in frame.regions(series):
            yield Region([box.at(corner) for corner in corners], look, _density(series))
        for run in frame.lines(series):
            yield _stroke([box.at(point) for point in run], look)
        if isinstance(series, Curve):
            curves.append(_cells(frame.lines(series)))
            told.append((look, letter))
    for index, (row, column) in marked(curves) if plot.has_names else ():
        (x, y), (look, letter) = box.at((column / _COLUMNS, row / _ROWS)), told[index]
        if look is TRUTH:
            continue
        half, up = _BOX * _TYPE, (1 - _BOX) * _TYPE
        corners = [(x - half, y - up), (x + half, y - up), (x + half, y + up), (x - half, y + up)]
        yield Region(corners, "ground", _VEIL)
        yield FigureText(letter, (x, y + _RISE * _TYPE), look, _TYPE, "middle", True)


def _told_apart(plot: Plot) -> Iterator[tuple[Series, Look, str]]:
    """Each series with its look and its letter."""
    looks = [*[TRUTH] * (plot.truth is not None), *map(look_of, range(len(plot.series)))]
    return zip(plot.all, looks, letters(plot), strict=True)


def _cells(runs: Sequence[PointRun]) -> set[Position]:
    """The places of the grid, but for its edges, at which a letter stands on a line."""
    found = set()
    for (x, y), (end, up) in (stretch for run in runs for stretch in pairwise(run)):
        parts = 1 + int(max(abs(end - x) * _COLUMNS, abs(up - y) * _ROWS))
        for part in range(parts + 1):
            share = part / parts
            found.add((round((y + share * (up - y)) * _ROWS), round((x + share * (end - x)) * _COLUMNS)))
    return {(row, column) for row, column in found if 0 < row < _ROWS and 0 < column < _COLUMNS}


def _stroke(points: PointRun, look: Look) -> Polyline:
    return Polyline(points, look, _THICK if look is TRUTH else _THIN, look.dashes)


def _density(series: Series) -> float:
    """How much a region hides: bars stand side by side, an area lies below lines."""
    return _OF_BARS if isinstance(series, Bars) else _OF_AREAS

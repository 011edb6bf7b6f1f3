"""Plots drawn with braille characters, or with letters alone; what colours they get is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, pairwise
from math import ceil, dist, floor
from typing import TYPE_CHECKING

from klcli.render.axes import PlotFrame, PlotPoint, PointRun, frame_of
from klcli.render.character_spellings import visible
from klcli.render.character_widths import columns_of
from klcli.render.curve_letters import Position, marked
from klcli.render.series_styles import letters, look_of
from klcli.report.document import Area, Bars, Curve, Plot, Series
from klcli.values import dataclass

if TYPE_CHECKING:
    from plotille import Canvas

_WIDEST, _HEIGHT = 76, 14
"""Columns and rows of a plot, which with its labels fits into 80 columns and half a screen."""
_LEAST_ACROSS = 8
"""Columns below which a plot tells nothing."""
_ACROSS, _UP = 2, 4
"""Dots of a character."""
_BLANK = 0x2800
"""The braille character without dots; its lower eight bits are the dots."""
_DASH = 0.5
"""Dots for a unit of a dash."""
_HATCH = 2
"""A region with something on it has dots in every second column."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """Characters of a drawing and the index of the series that they belong to; None for the axes."""

    text: str
    series: int | None = None


StrokeRow = list[Stroke]


def draw(plot: Plot, width: int, *, unicode: bool = True) -> list[StrokeRow]:
    """The lines of the drawing with its axes, from the top, at most `width` characters wide.

    Each curve bears its letter where it is farthest from the others, and the last line says which is which,
    so that they can be told without colours.

    Args:
        plot: what to draw.
        width: characters of a line.
        unicode: whether any character may be used; otherwise curves are made of their letters.
    """
    frame = frame_of(plot)
    heights = {round((1 - place) * (_HEIGHT - 1)): text for place, text in frame.y.ticks()}
    margin = max(map(len, heights.values()), default=0)
    across = max(_LEAST_ACROSS, min(_WIDEST, width - margin - 2))
    rows = _cells(plot, frame, across, unicode=unicode)
    bar, tick, corner, rule = "│┤└─" if unicode else "||+-"
    drawn = []
    for number, row in enumerate(rows):
        label = heights.get(number, "")
        drawn.append([Stroke(f"{label:>{margin}} {tick if label else bar}"), *row])
    return [
        [Stroke(visible(plot.y.label))],
        *drawn,
        [Stroke(f"{' ' * margin} {corner}{rule * across}")],
        [Stroke(" " * (margin + 2) + _below(frame, across))],
        [Stroke(" " * (margin + 2) + visible(plot.x.label).center(across).rstrip())],
        *_legend(plot, margin + 2, width, unicode=unicode),
    ]


def _below(frame: PlotFrame, across: int) -> str:
    """The ticks of the axis along, each with its middle below its place: as many as there is room for."""
    ticks = frame.x.ticks()
    lines = (_labels(ticks[::step], across) for step in range(1, len(ticks) + 1))
    return next((line for line in lines if line), "")


def _labels(ticks: Sequence[tuple[float, str]], across: int) -> str:
    """The line of these ticks; empty where they are too many."""
    line = ""
    for place, text in ticks:
        start = min(max(0, round(place * (across - 1)) - len(text) // 2), across - len(text))
        if line and start <= len(line):
            return ""
        line = line.ljust(start) + text
    return line


def _legend(plot: Plot, indent: int, width: int, *, unicode: bool) -> Iterator[StrokeRow]:
    """The names of the series with what they are made of; none of a single one, which the axis names."""
    if not plot.has_names:
        return
    row, used = [Stroke(" " * indent)], indent
    for index, (series, letter) in enumerate(zip(plot.all, letters(plot), strict=True)):
        name = visible(series.name)
        step = _step(plot, index)
        sample = letter if isinstance(series, Curve) else _filled(series, letter, step, unicode=unicode)
        text = f"{name}   " if name == letter else f"{sample}: {name}   "
        if used > indent and used + columns_of(text) > width:
            yield row
            row, used = [Stroke(" " * indent)], indent
        row.append(Stroke(text, index))
        used += columns_of(text)
    yield row


def _cells(plot: Plot, frame: PlotFrame, width: int, *, unicode: bool) -> list[StrokeRow]:
    """The series on top of each other, cell by cell."""
    names = list(letters(plot))
    layers = [_layer(plot, index, frame, width) for index in range(len(plot.all))]
    cells = [[Stroke(" ")] * width for _ in range(_HEIGHT)]
    dots: dict[Position, int] = {}
    for index, layer in enumerate(layers):
        for (row, column), added in layer.items():
            dots[row, column] = dots.get((row, column), 0) | added
            bare = _filled(plot.all[index], names[index], _HATCH, unicode=False)
            cells[row][column] = Stroke(chr(_BLANK | dots[row, column]) if unicode else bare, index)
    curves = [
        layer if isinstance(series, Curve) else {} for series, layer in zip(plot.all, layers, strict=True)
    ]
    for index, (row, column) in marked(curves) if plot.has_names else ():
        cells[row][column] = Stroke(names[index], index)
    return cells


def _filled(series: Series, letter: str, step: int, *, unicode: bool) -> str:
    """A character that a series fills."""
    if unicode:
        return "⣿" if step == 1 else "⡇"
    return ":" if isinstance(series, Area) else letter


def _step(plot: Plot, index: int) -> int:
    """Each how many columns of dots a region fills: not every one where there is something on top of it."""
    on_top = any(isinstance(other, Bars) for other in plot.all[index + 1 :])
    return _HATCH if isinstance(plot.all[index], Area) or on_top else 1


def _dashes(plot: Plot, index: int) -> tuple[int, ...]:
    """The dashes of a series, of which the truth is the first."""
    index -= plot.truth is not None
    return look_of(index).dashes if index >= 0 else ()


def _layer(plot: Plot, index: int, frame: PlotFrame, width: int) -> dict[Position, int]:
    """The dots of one series by row and column."""
    from plotille import Canvas

    series, size = plot.all[index], (_ACROSS * width, _UP * _HEIGHT)
    canvas = Canvas(width, _HEIGHT, 0, 0, *size)
    for corners in frame.regions(series):
        _fill(canvas, _scaled(corners, size), _step(plot, index))
    for run in frame.lines(series):
        for start, end in _dashed(_scaled(run, size), _dashes(plot, index)):
            canvas.line(*start, *end)
    rows = enumerate(canvas.plot("\n").split("\n"))
    dots = {(row, column): ord(sign) - _BLANK for row, line in rows for column, sign in enumerate(line)}
    return {position: pattern for position, pattern in dots.items() if pattern}


def _scaled(run: PointRun, size: tuple[int, int]) -> PointRun:
    """Places in the square as dots."""
    return [(x * (size[0] - 1), y * (size[1] - 1)) for x, y in run]


def _fill(canvas: Canvas, corners: PointRun, step: int) -> None:
    """Draw the columns of dots in a region, every `step`th."""
    across = [x for x, _ in corners]
    for column in range(ceil(min(across) / step) * step, floor(max(across)) + 1, step):
        heights = sorted(_heights(corners, column))
        for low, high in zip(heights[::2], heights[1::2], strict=False):
            canvas.line(column, low, column, high)


def _heights(corners: PointRun, column: float) -> Iterator[float]:
    """Where the outline of a region crosses a column."""
    for (x, y), (end, up) in pairwise([*corners, corners[0]]):
        if min(x, end) <= column < max(x, end):
            yield y + (column - x) / (end - x) * (up - y)


def _dashed(run: PointRun, dashes: Sequence[int]) -> Iterator[tuple[PlotPoint, PlotPoint]]:
    """The stretches of a line that are drawn."""
    if not dashes:
        yield from pairwise([run[0], *run])
        return
    lengths = cycle((length * _DASH, number % 2 == 0) for number, length in enumerate(dashes))
    left, shown = next(lengths)
    for start, end in pairwise(run):
        whole, done = dist(start, end), 0.0
        while whole - done > left:
            after = done + left
            if shown:
                yield _part(start, end, done / whole), _part(start, end, after / whole)
            done = after
            left, shown = next(lengths)
        if shown and whole:
            yield _part(start, end, done / whole), end
        left -= whole - done


def _part(start: PlotPoint, end: PlotPoint, share: float) -> PlotPoint:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

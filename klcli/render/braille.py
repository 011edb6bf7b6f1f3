"""Plots drawn with braille characters; what colours they get is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from klcli.render.axes import runs, x_range, y_range
from klcli.report.document import Curve, Plot
from klcli.values import dataclass

__all__ = ["Stroke", "draw"]

_WIDEST, _HEIGHT = 72, 16
_MARKS = "123456789abcdefghijklmnopqrstuvwxyz"

_BLANK = 0x2800
"""The braille character without dots; its lower eight bits are the dots."""

_FAR = 100.0
"""Heights of the drawing beyond its edges up to which a line is followed."""

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stroke:
    """Characters of a drawing and the index of the curve that they belong to; None for the axes."""

    text: str
    curve: int | None = None


def draw(plot: Plot, width: int) -> list[list[Stroke]]:
    """The lines of the drawing with its axes, from the top, at most `width` characters wide.

    Each curve bears its number (or letter) where it is farthest from the others, and the last line says
    which is which, so that they can be told without colours.
    """
    left, right = _ends(x_range(plot))
    low, high = _ends(y_range(plot))
    margin = max(len(low), len(high))
    across = min(_WIDEST, width - margin - 2)
    labels = [high, *[""] * (_HEIGHT - 2), low]
    axis = f"{' ' * margin} └{'─' * across}"
    x_label = f" {plot.x_label} ".center(across - len(left) - len(right))
    legend = [Stroke(f"{_mark(index)} {curve.name}   ", index) for index, curve in enumerate(plot.curves)]
    rows = zip(labels, _curves(plot, across), strict=True)
    return [
        [Stroke(plot.y_label)],
        *([Stroke(f"{label:>{margin}} │"), *row] for label, row in rows),
        [Stroke(axis)],
        [Stroke(f"{' ' * (margin + 2)}{left}{x_label}{right}")],
        [Stroke(" " * (margin + 2)), *legend],
    ]


def _ends(limits: tuple[float, float]) -> tuple[str, str]:
    return f"{limits[0]:.4g}", f"{limits[1]:.4g}"


def _mark(index: int) -> str:
    return _MARKS[index % len(_MARKS)]


def _curves(plot: Plot, width: int) -> list[list[Stroke]]:
    """The curves on top of each other, cell by cell."""
    layers = [_layer(plot, curve, width) for curve in plot.curves]
    cells = [[Stroke(" ")] * width for _ in range(_HEIGHT)]
    dots: dict[Position, int] = {}
    for index, layer in enumerate(layers):
        for (row, column), added in layer.items():
            dots[row, column] = dots.get((row, column), 0) | added
            cells[row][column] = Stroke(chr(_BLANK | dots[row, column]), index)
    for index, (row, column) in _marked(layers):
        cells[row][column] = Stroke(_mark(index), index)
    return cells


def _layer(plot: Plot, curve: Curve, width: int) -> dict[Position, int]:
    """The dots of one curve by row and column."""
    from plotille import Canvas

    dots_across, dots_up = 2 * width, 4 * _HEIGHT
    (left, right), (low, high) = x_range(plot), y_range(plot)
    canvas = Canvas(width, _HEIGHT, 0, 0, dots_across, dots_up)

    def dot(point: tuple[float, float]) -> tuple[float, float]:
        x, y = (point[0] - left) / (right - left), (point[1] - low) / (high - low)
        return x * (dots_across - 1), max(-_FAR, min(_FAR, y)) * (dots_up - 1)

    for run in runs(curve):
        for start, end in pairwise([run[0], *run]):
            canvas.line(*dot(start), *dot(end))
    rows = enumerate(canvas.plot("\n").split("\n"))
    dots = {(row, column): ord(sign) - _BLANK for row, line in rows for column, sign in enumerate(line)}
    return {position: pattern for position, pattern in dots.items() if pattern}


def _marked(layers: list[dict[Position, int]]) -> Iterator[tuple[int, Position]]:
    """Each curve that shows, with the place of its mark."""
    taken: set[Position] = set()
    for index, layer in enumerate(layers):
        others = [position for other in layers if other is not layer for position in other]
        free = {place: _distance(place, others) for place in layer if _distance(place, taken) > 2}
        if free:
            best = max(free, key=lambda place: (free[place], place[1], -place[0]))
            taken.add(best)
            yield index, best


def _distance(place: Position, others: list[Position] | set[Position]) -> int:
    """Cells between a place and the nearest of the others."""
    row, column = place
    return min((abs(row - other[0]) + abs(column - other[1]) for other in others), default=1000)

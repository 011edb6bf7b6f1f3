"""Where the letters of curves stand: on its own curve each, as far from the others as there is room."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

Position: TypeAlias = tuple[int, int]
"""Row and column of a grid."""

_APART = 2
"""Cells between two letters, which side by side would be a word."""
_NO_OTHER = 1000
"""Cells to the next curve where there is none: more than any grid has."""
_MOST = 60
"""Places of a curve that are looked at."""


def marked(layers: Sequence[Collection[Position]]) -> Iterator[tuple[int, Position]]:
    """Each curve that shows, by its index, with the place of its letter.

    Args:
        layers: the places of each curve.
    """
    taken: list[Position] = []
    for index, layer in enumerate(layers):
        others = [position for other in layers if other is not layer for position in _some(other)]
        free = {place: _distance(place, others) for place in _some(layer) if _distance(place, taken) > _APART}
        if free:
            best = max(free, key=lambda place: (free[place], place[1], -place[0]))
            taken.append(best)
            yield index, best


def _some(layer: Collection[Position]) -> list[Position]:
    """Places of a curve, evenly among all."""
    places = sorted(layer, key=lambda place: (place[1], place[0]))
    return places[:: max(1, len(places) // _MOST)]


def _distance(place: Position, others: Collection[Position]) -> int:
    """Cells between a place and the nearest of the others."""
    row, column = place
    return min((abs(row - other[0]) + abs(column - other[1]) for other in others), default=_NO_OTHER)

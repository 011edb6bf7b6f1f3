"""Counts of positive numbers in cells of a fixed relative width: quantiles that merge exactly."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 7
"""Leading bits of the fraction that tell a cell: 128 cells between a number and its double."""
_SHIFT = 52 - _BITS
"""A double has 52 bits of a fraction, of which a cell keeps the first."""
_BARS = 32
"""Of a histogram."""
_ZERO = -1
"""The cell of 0, left of all others."""
RELATIVE_WIDTH = 2.0**-_BITS
"""The width of a cell, at most, relative to the numbers in it."""


@dataclass(frozen=True, slots=True)
class CountedBars:
    """How many numbers lie in each [edges[i], edges[i + 1]), to the width of a cell."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(slots=True, eq=False)
class LogGrid:
    """How many numbers lie in each cell: its numbers share their exponent and 7 bits of their fraction.

    Attributes:
        cells: counts, by the bits that the numbers of a cell share; 0 has a cell of its own.
        count: of all numbers.
        least: the smallest number; infinite without one.
        most: the largest number.
    """

    cells: dict[int, int] = field(default_factory=dict)
    count: int = 0
    least: float = float("inf")
    most: float = 0.0

    def add(self, values: NDArray[Any]) -> None:
        """Add doubles >= 0, of shape (n,)."""
        import numpy

        if not len(values):
            return
        # The bits of a positive double, read as a whole number, are in the order of the doubles.
        bits = values.view(numpy.int64)
        cells, counts = numpy.unique(numpy.where(bits == 0, _ZERO, bits >> _SHIFT), return_counts=True)
        self._put(zip(cells.tolist(), counts.tolist(), strict=True))
        self.count += len(values)
        self.least = min(self.least, float(values.min()))
        self.most = max(self.most, float(values.max()))

    def merge(self, other: LogGrid) -> None:
        """Add the counts of another grid."""
        self._put(other.cells.items())
        self.count += other.count
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)

    def quantile(self, share: float) -> float:
        """The smallest number that this share of all numbers does not exceed, to the width of a cell.

        The middle of its cell, and never beyond the extremes, which are exact.
        """
        rank, before = max(1, -int(-share * self.count // 1)), 0
        if share <= 0:
            return self.least
        for cell in sorted(self.cells):
            before += self.cells[cell]
            if before >= rank:
                middle = 0.0 if cell == _ZERO else (_edge(cell) + _edge(cell + 1)) / 2
                return min(max(middle, self.least), self.most)
        return self.most

    def histogram(self) -> CountedBars | None:
        """One with edges of equal distance; None where all numbers are the same."""
        import numpy

        if not (isfinite(self.most) and self.least < self.most):
            return None
        edges = numpy.linspace(self.least, self.most, _BARS + 1)
        edges[0] = _edge(min(self.cells))  # a cell begins left of its numbers
        return CountedBars(tuple(edges.tolist()), tuple(self.bars(edges)))

    def bars(self, edges: NDArray[Any]) -> list[int]:
        """How many numbers have their cell's lower edge in each [edges[i], edges[i + 1])."""
        import numpy

        lower = numpy.array([_edge(cell) for cell in self.cells])
        return [int(n) for n in numpy.histogram(lower, edges, weights=list(self.cells.values()))[0]]

    def _put(self, pairs: Any) -> None:
        for cell, count in pairs:
            self.cells[cell] = self.cells.get(cell, 0) + count


def _edge(cell: int) -> float:
    """The smallest number of a cell."""
    from struct import pack, unpack

    if cell == _ZERO:
        return 0.0
    return float(unpack("<d", pack("<q", cell << _SHIFT))[0])

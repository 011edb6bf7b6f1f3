"""How numbers are spread, counted block by block in memory that does not grow with them."""

from __future__ import annotations

from math import frexp
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Histogram"]

_MOST = 4096
_FINEST = 9
"""Powers of 2 by which the first bins are narrower than the range of the first numbers."""
_LEAST_WIDTH = -1000


@dataclass(slots=True)
class Histogram:
    """Counts of numbers in bins whose width is a power of 2 and whose edges are its multiples.

    Where the bins would become more than `_MOST`, two and two are put together, which is exact: the counts
    are those of all numbers in the bins of the end.

    Attributes:
        power: of 2, that is the width of a bin.
        first: the edge at which the first bin begins, in widths.
        counts: of the numbers in each bin, which holds its lower edge; empty where there are no numbers.
    """

    power: int = _LEAST_WIDTH
    first: int = 0
    counts: NDArray[Any] | None = None

    def add(self, numbers: NDArray[Any]) -> None:
        """Add finite numbers of shape (n,), n >= 1."""
        import numpy

        low, high = float(numbers.min()), float(numbers.max())
        if self.counts is None:
            self.power = max(_LEAST_WIDTH, frexp(max(high - low, 2.0**-40 * abs(high)))[1] - _FINEST)
            self.first, self.counts = self._index(low), numpy.zeros(1, dtype=numpy.int64)
        while self._reach(low, high) > _MOST:
            self._halve()
        start, size = min(self.first, self._index(low)), self._reach(low, high)
        places = numpy.floor(numpy.ldexp(numbers, -self.power)).astype(numpy.int64) - start
        found = numpy.bincount(places, minlength=size)
        found[self.first - start : self.first - start + len(self.counts)] += self.counts
        self.first, self.counts = start, found

    def bins(self, most: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """The edges and the counts of at most so many bins that hold all numbers."""
        if self.counts is None:
            return (0.0,), ()
        import numpy

        held = numpy.flatnonzero(self.counts)
        found = Histogram(self.power, self.first + int(held[0]), self.counts[held[0] : held[-1] + 1])
        while found.counts is not None and len(found.counts) > most:
            found._halve()
        counts = [] if found.counts is None else found.counts.tolist()
        edges = (float(numpy.ldexp(found.first + place, found.power)) for place in range(len(counts) + 1))
        return tuple(edges), tuple(counts)

    def _index(self, number: float) -> int:
        import numpy

        return int(numpy.floor(numpy.ldexp(number, -self.power)))

    def _reach(self, low: float, high: float) -> int:
        """The number of bins with two more numbers."""
        last = self.first + (0 if self.counts is None else len(self.counts))
        return max(last, self._index(high) + 1) - min(self.first, self._index(low))

    def _halve(self) -> None:
        """Put the bins together, two and two."""
        import numpy

        assert self.counts is not None
        begin, end = self.first % 2, (self.first + len(self.counts)) % 2
        padded = numpy.pad(self.counts, (begin, end))
        self.power, self.first, self.counts = self.power + 1, self.first // 2, padded[::2] + padded[1::2]

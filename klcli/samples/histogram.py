"""How numbers are spread, counted block by block in memory that does not grow with them."""

from __future__ import annotations

from math import frexp
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 4096
"""Counts that are held, 32 KiB of them: 85 times as many as a picture has bars."""
_FINEST = 9
"""Powers of 2 by which the first bins are narrower than the range of the first numbers."""
_NARROWEST = 2.0**-40
"""Range of the first numbers relative to their size: indices of bins stay below 2^50, which doubles count."""
_LEAST_WIDTH = -1000
"""Of the power of 2: all edges are normal doubles, with all their digits."""


@dataclass(slots=True, eq=False)
class Histogram:
    """Counts of numbers in bins whose width is a power of 2 and whose edges are its multiples.

    Where the bins would become more than `_MOST`, two and two are put together, which is exact: the counts
    are those of all numbers in the bins of the end, and those of few wide bins do not depend on the order.

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
        self.merge(_counted(numbers, self.power))

    def merge(self, other: Histogram) -> None:
        """Add the counts of another histogram, which stays as it is."""
        if other.counts is None:
            return
        if self.counts is None:
            self.power, self.first, self.counts = other.power, other.first, other.counts
            return
        power = max(self.power, other.power)
        while _reach(power, self, other) > _MOST:
            power += 1
        parts = [self.widened(power), other.widened(power)]
        first = min(part.first for part in parts)
        import numpy

        counts = numpy.zeros(_reach(power, *parts), dtype=numpy.int64)
        for part in parts:
            assert part.counts is not None
            counts[part.first - first : part.first - first + len(part.counts)] += part.counts
        self.power, self.first, self.counts = power, first, counts

    def bins(self, most: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """The edges and the counts of at most so many bins that hold all numbers."""
        if self.counts is None:
            return (0.0,), ()
        import numpy

        held = numpy.flatnonzero(self.counts)
        found = Histogram(self.power, self.first + int(held[0]), self.counts[held[0] : held[-1] + 1])
        power = found.power
        while _reach(power, found) > most:
            power += 1
        found = found.widened(power)
        counts = [] if found.counts is None else found.counts.tolist()
        edges = (float(numpy.ldexp(found.first + place, found.power)) for place in range(len(counts) + 1))
        return tuple(edges), tuple(counts)

    def widened(self, power: int) -> Histogram:
        """The same numbers in bins whose width is a power of 2 that is not less."""
        shift = power - self.power
        if shift == 0 or self.counts is None:
            return self
        import numpy

        first = self.first >> shift
        places = [(self.first + place >> shift) - first for place in range(len(self.counts))]
        counts = numpy.zeros(places[-1] + 1, dtype=numpy.int64)
        numpy.add.at(counts, places, self.counts)
        return Histogram(power, first, counts)


def _counted(numbers: NDArray[Any], least: int) -> Histogram:
    """The histogram of a block, whose bins have this width or more."""
    import numpy

    low, high = float(numbers.min()), float(numbers.max())
    width = max(high - low, _NARROWEST * max(abs(low), abs(high)))
    # A block of zeros alone has the finest bins: those of any other are wider.
    power = max(least, frexp(width)[1] - _FINEST) if width else least
    indices = numpy.floor(numpy.ldexp(numbers, -power)).astype(numpy.int64)
    indices[(numbers < 0) & (indices == 0)] = -1  # what has become -0 on the way
    first = int(indices.min())
    return Histogram(power, first, numpy.bincount(indices - first).astype(numpy.int64))


def _reach(power: int, *parts: Histogram) -> int:
    """How many bins of that width hold all numbers."""
    ends = [
        (part.first >> power - part.power, part.first + len(part.counts) - 1 >> power - part.power)
        for part in parts
        if part.counts is not None
    ]
    return max(last for _, last in ends) - min(first for first, _ in ends) + 1

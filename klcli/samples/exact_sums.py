"""Sums of columns of doubles without any rounding, so that their order and their blocks do not matter.

Each value is cut into slices that are whole multiples of a power of two, on a grid that is the same for all
values; the slices of a block sum exactly in doubles and those of all blocks in whole numbers. The cut by
adding and subtracting a large number is that of Rump, Ogita and Oishi, Accurate floating-point summation,
2008, the fixed grid that of Demmel and Nguyen, Parallel reproducible summation, 2015.
"""

from __future__ import annotations

from math import frexp
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDTH = 39
"""Bits of a slice."""
MOST_ROWS = 8192
"""Rows of a block: 2^13 slices of 39 bits and a sign fit into the 53 bits of a double."""
_BEFORE_CARRY = 512
"""Blocks whose sums, of at most 52 bits each, fit into a whole number of 64 bits with its sign."""
_LARGE = 2.0**900
"""Beyond it the number that cuts a slice would overflow."""


@dataclass(slots=True, eq=False)
class ExactSums:
    """The sums of the columns of all blocks added so far.

    Attributes:
        columns: how many there are.
    """

    columns: int
    _slices: dict[int, NDArray[Any]] = field(default_factory=dict)
    """Whole multiples of 2^(39 k), by k."""
    _pending: int = 0

    def add(self, block: NDArray[Any]) -> None:
        """Add a block of finite doubles of shape (rows, columns), of at most `MOST_ROWS` rows."""
        import numpy

        largest = float(numpy.abs(block).max(initial=0.0))
        if largest >= _LARGE:
            block = block.copy()
            large = numpy.abs(block) >= _LARGE
            # Scaled by a whole number of slices, these sum on the same grid.
            shift = 200 // _WIDTH * _WIDTH
            self._add(numpy.where(large, block, 0.0) * 2.0**-shift, shift // _WIDTH)
            block[large] = 0.0
        self._add(block, 0)

    def _add(self, block: NDArray[Any], offset: int) -> None:
        import numpy

        rest = block.copy()
        ones = numpy.ones(len(block))
        largest = float(numpy.abs(rest).max(initial=0.0))
        cut = numpy.empty_like(rest)
        while largest:
            k = (frexp(largest)[1] - 1) // _WIDTH
            # 1.5 times a power of two: values of both signs are rounded to multiples of 2^(39 k).
            cutter = 1.5 * 2.0 ** (_WIDTH * k + 52)
            numpy.add(rest, cutter, out=cut)
            cut -= cutter
            rest -= cut
            # The halves of the exponent, for a power of two that is no double by itself.
            half = -_WIDTH * k // 2
            self._put(k + offset, numpy.ldexp(numpy.ldexp(ones @ cut, half), -_WIDTH * k - half))
            largest = float(numpy.abs(rest).max(initial=0.0))
        self._pending += 1
        if self._pending >= _BEFORE_CARRY:
            self._carry()

    def merge(self, other: ExactSums) -> None:
        """Add the sums of other blocks, which stay as they are."""
        self._carry()
        other._carry()
        for k, counts in other._slices.items():
            self._put(k, counts)
        self._pending = 1

    @property
    def integers(self) -> tuple[list[int], int]:
        """The sums as whole multiples of 2^e, and e."""
        self._carry()
        lowest = min(self._slices, default=0)
        found = [0] * self.columns
        for k, counts in self._slices.items():
            for column, count in enumerate(counts.tolist()):
                found[column] += count << _WIDTH * (k - lowest)
        return found, _WIDTH * lowest

    @property
    def values(self) -> list[float]:
        """The sums, each rounded once; infinite where it exceeds the largest double."""
        found, exponent = self.integers
        return [rounded(number, exponent) for number in found]

    @property
    def total(self) -> float:
        """The sum of all columns, rounded once."""
        found, exponent = self.integers
        return rounded(sum(found), exponent)

    def _put(self, k: int, counts: NDArray[Any]) -> None:
        import numpy

        whole = counts.astype(numpy.int64)
        if k in self._slices:
            self._slices[k] += whole
        else:
            self._slices[k] = whole

    def _carry(self) -> None:
        """Bring every slice below 2^39."""
        import numpy

        lowest, highest = min(self._slices, default=0), max(self._slices, default=-1)
        for k in range(lowest, highest + 2):
            counts = self._slices.get(k)
            if counts is None:
                continue
            carried = numpy.sign(counts) * (numpy.abs(counts) >> _WIDTH)
            if carried.any():
                counts -= carried << _WIDTH
                self._put(k + 1, carried)
        self._pending = 0


def rounded(number: int, exponent: int, divisor: int = 1) -> float:
    """number 2^exponent / divisor as the nearest double; infinite where it exceeds the largest.

    Args:
        number: any whole number.
        exponent: of 2, of either sign.
        divisor: above 0.
    """
    above, below = (number << exponent, divisor) if exponent > 0 else (number, divisor << -exponent)
    try:
        return above / below
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")

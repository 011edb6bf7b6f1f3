"""Means and variances whose sums are not rounded, so that the order of numbers and blocks does not matter."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from klcli.samples.exact_sums import ExactSums, rounded
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_SQUARED = 1e146
"""Its square is a double, and so is the sum of those of 1e16 such numbers."""


@dataclass(slots=True, eq=False)
class ExactMoments:
    """The count, the sum and the sum of squares of all numbers so far.

    Each square is rounded, their sum is not: the variance has an error of 1e-16 mean^2 at most, which moves
    no standard error that is above a hundred millionth of the mean.

    Attributes:
        count: numbers added so far.
        least: the smallest; infinite without one.
        most: the largest.
        beyond: those that are infinite; there is no mean then.
        far: those whose squares are no doubles; there is no variance then.
    """

    count: int = 0
    least: float = inf
    most: float = -inf
    beyond: int = 0
    far: int = 0
    _sums: ExactSums = field(default_factory=lambda: ExactSums(2))
    """Of the numbers, and of their squares."""

    def add(self, block: NDArray[Any]) -> None:
        """Add doubles of shape (n,), n at most `klcli.samples.exact_sums.MOST_ROWS`; none of them is NaN."""
        import numpy

        if not block.size:
            return
        self.count += block.size
        least, most = float(block.min()), float(block.max())
        self.least, self.most = min(self.least, least), max(self.most, most)
        if max(-least, most) > MOST_SQUARED:
            finite = block[numpy.isfinite(block)]
            self.beyond += block.size - finite.size
            self.far += int(numpy.count_nonzero(numpy.abs(finite) > MOST_SQUARED))
            block = finite
        squares = numpy.where(numpy.abs(block) > MOST_SQUARED, 0.0, block) if self.far else block
        self._sums.add(numpy.stack([block, squares * squares], axis=1))

    def merge(self, other: ExactMoments) -> None:
        """Add the numbers of other moments, which stay as they are."""
        self.count += other.count
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        self.beyond += other.beyond
        self.far += other.far
        self._sums.merge(other._sums)

    @property
    def mean(self) -> float:
        """The mean, rounded once; infinite where a number is, needs one or more."""
        if self.beyond:
            return inf
        (total, _), exponent = self._sums.integers
        return rounded(total, exponent, self.count)

    @property
    def squares(self) -> float:
        """The sum of squared deviations from the mean; infinite beyond the doubles."""
        if self.beyond or self.far:
            return inf
        if self.least == self.most:
            return 0.0
        (total, squares), exponent = self._sums.integers
        # n sum x^2 - (sum x)^2 in units of 2^e, of which the second one is in units of 2^2e.
        up, down = max(exponent, 0), max(-exponent, 0)
        above = (self.count * squares << down) - (total * total << up)
        return max(0.0, rounded(above, exponent - down, self.count))

    @property
    def standard_error(self) -> float:
        """One standard error of the mean of independent numbers; needs two or more."""
        return sqrt(self.squares / (self.count - 1) / self.count)

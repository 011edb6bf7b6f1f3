"""The mean over rows that come in independent groups, such as tokens of sequences, with its error."""

from __future__ import annotations

from fractions import Fraction
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from klcli.samples.exact_moments import MOST_SQUARED
from klcli.samples.exact_sums import MOST_ROWS, ExactSums
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True, eq=False)
class ClusterMean:
    """Sums S of groups and their sizes T, from which the mean per row is E[S] / E[T].

    All sums are exact, so that the order of groups does not matter.

    Attributes:
        count: groups added so far.
        beyond: those with an infinite sum; there is no mean then.
    """

    count: int = 0
    beyond: int = 0
    _sums: ExactSums = field(default_factory=lambda: ExactSums(8))
    """Of S, T and, in two parts each, S^2, S T and T^2."""

    def add(self, totals: NDArray[Any], sizes: NDArray[Any]) -> None:
        """Add the sums and the sizes of groups, each of shape (n,) with n >= 1."""
        import numpy

        from klcli.gaussian.double_double import product  # with numpy, that --help does without

        self.count += len(totals)
        near = numpy.abs(totals) <= MOST_SQUARED
        self.beyond += int(len(totals) - numpy.count_nonzero(near))
        totals, sizes = totals[near], sizes[near]
        for start in range(0, len(totals), MOST_ROWS):
            total, size = totals[start : start + MOST_ROWS], sizes[start : start + MOST_ROWS]
            products = (*product(total, total), *product(total, size), *product(size, size))
            self._sums.add(numpy.stack([total, size, *products], axis=1))

    def merge(self, other: ClusterMean) -> None:
        """Add other groups, which stay as they are."""
        self.count += other.count
        self.beyond += other.beyond
        self._sums.merge(other._sums)

    @property
    def rows(self) -> int:
        """Rows in all groups but those with an infinite sum."""
        return round(self._sums.values[1])

    @property
    def mean(self) -> float:
        """The mean per row; infinite where a sum is."""
        if self.beyond:
            return inf
        (total, size, *_), _ = self._sums.integers
        return total / size

    @property
    def standard_error(self) -> float:
        """One standard error of the mean per row, whatever ties the rows of a group; needs two groups.

        That of a ratio of means, from the residuals S - mean T (Cochran, Sampling Techniques, 1977, 6.4),
        which is the cluster-robust one of a regression on a constant.
        """
        (total, size, *parts), exponent = self._sums.integers
        squares, products, sizes = (high + low for high, low in zip(parts[::2], parts[1::2], strict=True))
        mean = Fraction(total, size)
        residuals = float((squares - 2 * mean * products + mean * mean * sizes) * Fraction(2) ** exponent)
        per_group = residuals / (self.count - 1) * self.count
        return sqrt(max(0.0, per_group)) / self._sums.values[1]

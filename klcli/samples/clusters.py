"""The mean over rows that come in independent groups, such as tokens of sequences, with its error."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ClusterMean"]


@dataclass(slots=True)
class ClusterMean:
    """Sums S of groups and their sizes T, from which the mean per row is E[S] / E[T].

    Blocks are combined as in `klcli.witness.moments.Moments`, with the products of deviations.

    Attributes:
        count: groups added so far.
        total: the mean of S.
        size: the mean of T.
    """

    count: int = 0
    total: float = 0.0
    size: float = 0.0
    _totals: float = 0.0
    _products: float = 0.0
    _sizes: float = 0.0

    def add(self, totals: NDArray[Any], sizes: NDArray[Any]) -> None:
        """Add the sums and the sizes of groups, each of shape (n,) with n >= 1."""
        count = len(totals)
        total, size = float(totals.mean()), float(sizes.mean())
        off_total, off_size = totals - total, sizes - size
        step_total, step_size = total - self.total, size - self.size
        weight = self.count * count / (self.count + count)
        self._totals += float((off_total * off_total).sum()) + weight * step_total * step_total
        self._products += float((off_total * off_size).sum()) + weight * step_total * step_size
        self._sizes += float((off_size * off_size).sum()) + weight * step_size * step_size
        self.count += count
        self.total += step_total * (count / self.count)
        self.size += step_size * (count / self.count)

    @property
    def mean(self) -> float:
        """The mean per row."""
        return self.total / self.size

    @property
    def standard_error(self) -> float:
        """One standard error of the mean per row, whatever ties the rows of a group; needs two groups.

        That of a ratio of means, from the residuals S - mean T (Cochran, Sampling Techniques, 1977, 6.4),
        which is the cluster-robust one of a regression on a constant.
        """
        mean = self.mean
        squares = self._totals - 2 * mean * self._products + mean * mean * self._sizes
        return sqrt(max(0.0, squares) / (self.count - 1) / self.count) / self.size

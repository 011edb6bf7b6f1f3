"""Means and (co)variances of the columns of blocks, combined without loss of digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_TOGETHER = 512
"""Columns whose covariances are kept; of more, only their variances: the square would outgrow the table."""


@dataclass(slots=True, eq=False)
class ColumnMoments:
    """The count, the means and the products of deviations of all rows added so far.

    Blocks are combined as Chan, Golub and LeVeque do (Updating formulae and a pairwise algorithm for
    computing sample variances, 1979).

    Attributes:
        count: rows.
        mean: of each column, shape (columns,); None before the first row.
        products: sums of products of deviations, shape (columns, columns), or, beyond `MOST_TOGETHER`
            columns, their squares alone, shape (columns,).
    """

    count: int = 0
    mean: NDArray[Any] | None = None
    products: NDArray[Any] | None = None

    def add(self, block: NDArray[Any]) -> None:
        """Add rows of doubles, shape (rows, columns)."""
        if not len(block):
            return
        mean = block.mean(axis=0)
        off = block - mean
        together = block.shape[1] <= MOST_TOGETHER
        self.merge(ColumnMoments(len(block), mean, off.T @ off if together else (off * off).sum(axis=0)))

    def merge(self, other: ColumnMoments) -> None:
        """Add the rows of other moments."""
        import numpy

        if other.mean is None or other.products is None:
            return
        if self.mean is None or self.products is None:
            self.count, self.mean, self.products = other.count, other.mean.copy(), other.products.copy()
            return
        step, count = other.mean - self.mean, self.count + other.count
        outer = numpy.outer(step, step) if self.products.ndim == 2 else step * step
        self.products = self.products + other.products + outer * (self.count * other.count / count)
        self.mean = self.mean + step * (other.count / count)
        self.count = count

    @property
    def covariance(self) -> NDArray[Any] | None:
        """That of the rows as they are (divided by their count), where it is kept."""
        if self.products is None or self.products.ndim != 2:
            return None
        found: NDArray[Any] = self.products / self.count
        return found

    @property
    def variances(self) -> NDArray[Any]:
        """Those of the columns, divided by the count."""
        import numpy

        if self.products is None:
            return numpy.zeros(0)
        diagonal = self.products if self.products.ndim == 1 else self.products.diagonal()
        return numpy.asarray(diagonal / self.count)

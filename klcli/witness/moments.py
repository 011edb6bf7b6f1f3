"""Means and variances of more numbers than memory holds."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True)
class Moments:
    """The count, the mean and the sum of squared deviations of all blocks added so far.

    Blocks are combined without loss of digits (Chan, Golub and LeVeque, Updating formulae and a pairwise
    algorithm for computing sample variances, 1979).
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, block: NDArray[Any]) -> None:
        """Add a block of one dimension, which is overwritten.

        Keep blocks below 10,000 elements: a longer dot product starts the threads of BLAS.
        """
        size = len(block)
        mean = float(block.sum()) / size
        block -= mean
        delta = mean - self.mean
        self.squares += float(block @ block) + delta * delta * (self.count * size / (self.count + size))
        self.count += size
        self.mean += delta * (size / self.count)

    @property
    def standard_error(self) -> float:
        """One standard error of the mean of independent draws; needs two or more."""
        return sqrt(self.squares / (self.count - 1) / self.count)

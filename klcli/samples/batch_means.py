"""Whether rows that follow each other are alike, by the variance of means of batches beside that of rows.

The mean of b rows that follow each other has 1/b of the variance of a row where rows are independent,
whatever their law. Tokens of a sequence, answers to one prompt and steps of a chain give more, and the error
of their mean is larger by the root of the ratio: the method of batch means (Law, Simulation Modeling and
Analysis, 2015).
"""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from klcli.samples.chi_square import chi_square_score
from klcli.samples.exact_moments import ExactMoments
from klcli.samples.exact_sums import MOST_ROWS
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIZES = (8, 64)
"""Rows of a batch. Of 4 to 64 those of 8 see the most of answers to a prompt, and of autoregressions; a slow
drift, which moves eight rows together by little, takes long ones."""
_LEAST_BATCHES = 8
"""With fewer, nothing below six times the expected variance would be beyond chance."""
_FAR = 5.0
"""Standard errors from 1. Of 128,000 tables of independent rows under two Gaussians one was beyond; with
heavy tails, where two large rows can meet in a batch, it is one in 250."""
_MUCH = 1.2
"""Below, an interval of 95 % covers 93 % and more."""


@dataclass(slots=True, eq=False)
class BatchMeans:
    """Sums over batches of rows that follow each other in one table, which merge with those of others.

    The digits do not depend on the blocks in which rows are added. Rows at the end of a table that fill no
    batch are left out.
    """

    _sums: dict[int, ExactMoments] = field(default_factory=lambda: {size: ExactMoments() for size in _SIZES})
    _rest: dict[int, Any] = field(default_factory=dict)
    """Rows that wait for those that complete their batch."""

    def add(self, values: NDArray[Any]) -> None:
        """Add finite values of rows that follow those before, of shape (n,)."""
        import numpy

        for size, moments in self._sums.items():
            waiting = [self._rest[size]] if size in self._rest else []
            rows = numpy.concatenate([*waiting, values])
            whole = len(rows) - len(rows) % size
            self._rest[size] = rows[whole:].copy()
            with numpy.errstate(over="ignore", invalid="ignore"):
                sums = rows[:whole].reshape(-1, size).sum(axis=1)
            sums[numpy.isnan(sums)] = inf  # of partial sums of either sign beyond the doubles
            for start in range(0, len(sums), MOST_ROWS):
                moments.add(sums[start : start + MOST_ROWS])

    def merge(self, other: BatchMeans) -> None:
        """Add the batches of another table."""
        for size, moments in other._sums.items():
            self._sums[size].merge(moments)

    def inflation(self, rows: ExactMoments) -> float | None:
        """By how much the variance of the mean is larger than that of independent rows; None where it is not.

        Args:
            rows: the moments of all values.
        """
        found = [_inflation(moments, size, rows) for size, moments in self._sums.items()]
        return max((ratio for ratio in found if ratio is not None), default=None)


def _inflation(batches: ExactMoments, size: int, rows: ExactMoments) -> float | None:
    if batches.count < _LEAST_BATCHES or not isfinite(batches.squares) or not isfinite(rows.squares):
        return None
    degrees = batches.count - 1
    variance = rows.squares / (rows.count - 1)
    if variance == 0:
        return None
    ratio = batches.squares / degrees / size / variance
    return ratio if ratio >= _MUCH and chi_square_score(ratio, degrees) > _FAR else None

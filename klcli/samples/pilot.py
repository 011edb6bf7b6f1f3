"""Rows chosen at random which alone decide on the error bar of an average that rare rows can carry.

Whether such an average has an error bar depends on the tail of its law. The tail of the sample cannot tell:
where it was missed, the average is too small, its error is too small, and all looks well, so that a rule that
asks these rows picks the tables that are wrong. The pilot is asked instead, a small part of the average, and
of the pilot not the largest values but the shape of the quantiles below them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

from klcli.samples.exact_sums import ExactSums
from klcli.samples.pareto import MOST_TAIL, Largest
from klcli.samples.random_rows import hashed
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE = 0.15
"""Enough of 5,000 rows to tell the shape of a tail, and too few to move the average with their choice."""
POWERS = (1, 2, 3)
"""Of the averaged values: what a skewness needs."""

_SEED = 0
"""Always the same rows, so that the same files give the same digits."""
_CHOSEN = int(SHARE * 2**64)
"""Rows are chosen whose hash of 64 bits is below."""


@dataclass(slots=True, eq=False)
class Pilot:
    """The pilot of an average of a non-negative function of the log ratio, in memory that does not grow.

    Attributes:
        of: the function, of an array of log ratios.
        count: its rows.
    """

    of: Callable[[NDArray[Any]], NDArray[Any]]
    count: int = 0
    _sums: ExactSums = field(default_factory=lambda: ExactSums(len(POWERS)))
    _finite: list[bool] = field(default_factory=lambda: [True for _ in POWERS])
    _low: Largest = field(default_factory=Largest)
    _high: Largest = field(default_factory=Largest)

    def add(self, log_ratios: NDArray[Any], places: NDArray[Any]) -> None:
        """Add its share of a block of finite log ratios.

        Args:
            log_ratios: of shape (n,), n at most `klcli.samples.exact_sums.MOST_ROWS`.
            places: of their rows, which choose them; see `klcli.samples.random_rows.places`.
        """
        import numpy

        chosen = log_ratios[hashed(places, _SEED) < _CHOSEN]
        if not chosen.size:
            return
        self.count += chosen.size
        with numpy.errstate(over="ignore"):  # a power beyond the doubles is infinite
            powers = numpy.stack([self.of(chosen) ** power for power in POWERS], axis=1)
        finite = numpy.isfinite(powers)
        self._finite = [
            one and bool(other) for one, other in zip(self._finite, finite.all(axis=0), strict=True)
        ]
        self._sums.add(numpy.where(finite, powers, 0.0))
        self._low.add(-chosen)
        self._high.add(chosen)

    def merge(self, other: Pilot) -> None:
        """Add the rows of the pilot of other rows, for the same function."""
        self.count += other.count
        self._sums.merge(other._sums)
        self._finite = [one and found for one, found in zip(self._finite, other._finite, strict=True)]
        self._low.merge(other._low)
        self._high.merge(other._high)

    @property
    def sums(self) -> list[float]:
        """Of each power of the function; infinite beyond the doubles."""
        return [value if kept else inf for value, kept in zip(self._sums.values, self._finite, strict=True)]

    def tail(self, sign: int) -> NDArray[Any]:
        """The largest of `sign` times the log ratios in falling order, `MOST_TAIL` of them at most."""
        falling: NDArray[Any] = (self._high if sign > 0 else self._low).top(MOST_TAIL)[::-1]
        return falling

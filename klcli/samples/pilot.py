"""Rows chosen at random which alone decide on the error bar of an average that rare rows can carry.

Whether such an average has an error bar depends on the tail of its law. The tail of the sample cannot tell:
where it was missed, the average is too small, its error is too small, and all looks well, so that a rule that
asks these rows picks the tables that are wrong. The pilot is asked instead, a small part of the average, and
of the pilot not the largest values but the shape of the quantiles below them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from klcli.samples.pareto import MOST_TAIL, Largest
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["POWERS", "SHARE", "Pilot"]

SHARE = 0.15
"""Enough of 5,000 rows to tell the shape of a tail, and too few to move the average with their choice."""
POWERS = (1, 2, 3)
"""Of the averaged values: what a skewness needs."""

_SEED = 0


@dataclass(slots=True)
class Pilot:
    """The pilot of an average of a non-negative function of the log ratio, in memory that does not grow.

    Attributes:
        of: the function, of an array of log ratios.
        count: its rows.
        sums: of each power of the function.
    """

    of: Callable[[NDArray[Any]], NDArray[Any]]
    count: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0 for _ in POWERS])
    _low: Largest = field(default_factory=Largest)
    _high: Largest = field(default_factory=Largest)
    _generator: Any = None

    def add(self, log_ratios: NDArray[Any]) -> None:
        """Add its share of a block of finite log ratios; the same rows of the same table each time."""
        import numpy

        if self._generator is None:
            self._generator = numpy.random.Generator(numpy.random.SFC64(_SEED))
        chosen = log_ratios[self._generator.random(log_ratios.size) < SHARE]
        if not chosen.size:
            return
        self.count += chosen.size
        with numpy.errstate(over="ignore"):  # a sum beyond the doubles is infinite
            values = self.of(chosen)
            for index, power in enumerate(POWERS):
                self.sums[index] += float((values**power).sum())
        self._low.add(-chosen)
        self._high.add(chosen)

    def tail(self, sign: int) -> NDArray[Any]:
        """The largest of `sign` times the log ratios in falling order, `MOST_TAIL` of them at most."""
        falling: NDArray[Any] = (self._high if sign > 0 else self._low).top(MOST_TAIL)[::-1]
        return falling

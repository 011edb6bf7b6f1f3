"""What all estimates need of the log ratios of a table, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, isfinite, sqrt
from typing import TYPE_CHECKING, Any

from klcli.gaussian.machine import BLOCK
from klcli.samples.effective_sample_size import LogWeights
from klcli.samples.exact_moments import ExactMoments
from klcli.samples.forecast import needed_rows
from klcli.samples.histogram import Histogram
from klcli.samples.pareto import LEAST_TAIL, MOST_TAIL, Largest, pareto_shape, tail_length
from klcli.samples.pilot import Pilot
from klcli.samples.random_rows import places
from klcli.values import dataclass, field
from klcli.witness.estimators import of_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EQUAL = 1e-12
"""The largest values of a bounded log ratio are equal to rounding, which is no tail."""
_DEEPEST = -690.0
"""exp of it is the smallest excess of a tail: below, the doubles end."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The largest of some numbers.

    Attributes:
        size: how many they are.
        shape: of their Pareto distribution; None where they are too few, or too many of them are equal.
        bounded: whether the shape is None because a tail of equal numbers ends where it begins.
    """

    size: int
    shape: float | None
    bounded: bool = False

    @property
    def shape_error(self) -> float:
        """One standard error of the shape (Zhang and Stephens, 2009: that of maximum likelihood)."""
        return (1 + max(self.shape or 0.0, 0.0)) / sqrt(self.size)


@dataclass(slots=True, eq=False)
class RatioSums:
    """Sums over all log ratios l = log q(x) - log p(x) added so far; r = exp(-l) is the ratio p(x)/q(x).

    They merge in any order with the same digits: sums are exact, and rows are chosen by their places.

    Attributes:
        order: of the table among all tables, which tells its rows from those of others.
        count: rows.
        infinite: rows where p(x) is 0, so that l is infinite; only `count` and `ratio` hold them.
        negative: rows where l is negative.
        estimators: the moments of each estimator by its name; they are not finite beyond the doubles.
        pilots: of each estimator that has one.
        ratio: the moments of r - 1.
        inverse: the moments of 1/r - 1.
        weights: the weights r.
        spread: the finite l.
    """

    order: int = 0
    count: int = 0
    infinite: int = 0
    negative: int = 0
    estimators: dict[str, ExactMoments] = field(
        default_factory=lambda: {row.name: ExactMoments() for row, _ in of_tables()}
    )
    pilots: dict[str, Pilot] = field(
        default_factory=lambda: {row.name: Pilot(use.of) for row, use in of_tables() if use.exponential}
    )
    ratio: ExactMoments = field(default_factory=ExactMoments)
    inverse: ExactMoments = field(default_factory=ExactMoments)
    weights: LogWeights = field(default_factory=LogWeights)
    spread: Histogram = field(default_factory=Histogram)
    _ratios: Largest = field(default_factory=Largest)
    _log_ratios: Largest = field(default_factory=Largest)

    def add(self, log_ratios: NDArray[Any], first: int | None = None) -> None:
        """Add log ratios of rows of the table that follow each other.

        Args:
            log_ratios: of shape (n,), each finite or inf.
            first: the number of the first of these rows; without it they follow those added before.
        """
        import numpy

        start = self.count if first is None else first
        with numpy.errstate(over="ignore", invalid="ignore"):
            for place in range(0, len(log_ratios), BLOCK):
                block = log_ratios[place : place + BLOCK]
                self._add(block, numpy.arange(start + place, start + place + len(block)))

    def merge(self, other: RatioSums) -> None:
        """Add the rows of other sums, which stay as they are."""
        self.count += other.count
        self.infinite += other.infinite
        self.negative += other.negative
        for name, moments in other.estimators.items():
            self.estimators[name].merge(moments)
        for name, pilot in other.pilots.items():
            self.pilots[name].merge(pilot)
        self.ratio.merge(other.ratio)
        self.inverse.merge(other.inverse)
        self.weights.merge(other.weights)
        self.spread.merge(other.spread)
        self._ratios.merge(other._ratios)
        self._log_ratios.merge(other._log_ratios)

    def _add(self, block: NDArray[Any], rows: NDArray[Any]) -> None:
        import numpy

        is_finite = numpy.isfinite(block)
        finite = block[is_finite]
        self.count += block.size
        self.infinite += block.size - finite.size
        self.negative += int(numpy.count_nonzero(finite < 0))
        self.ratio.add(numpy.expm1(-block))
        self.weights.add(-block)
        if not finite.size:
            return
        self.inverse.add(numpy.expm1(finite))
        self.spread.add(finite)
        for row, use in of_tables():
            self.estimators[row.name].add(use.of(finite))
        for pilot in self.pilots.values():
            pilot.add(finite, places(self.order, rows[is_finite]))
        self._ratios.add(-finite)
        self._log_ratios.add(finite)

    def ratio_tail(self) -> Tail:
        """The tail of the ratios r."""
        return _tail(self._ratios, self.count, _excess_of_powers)

    def inverse_tail(self) -> Tail:
        """The tail of 1/r."""
        return _tail(self._log_ratios, self.count - self.infinite, _excess_of_powers)

    def log_ratio_tail(self) -> Tail:
        """The tail of the log ratios l, which decides on the error bar of k1."""
        return _tail(self._log_ratios, self.count - self.infinite, lambda values, begin: values - begin)

    def carrying_rows(self, name: str, of: Callable[[NDArray[Any]], NDArray[Any]]) -> float:
        """How many rows carry the variance of an average: as many with equal deviations have these moments.

        That is (sum d^2)^2 / sum d^4 of the deviations d, of which the largest and the smallest log ratios
        tell wherever it is small; 0 where there is no variance.

        Args:
            name: of the estimator.
            of: what it averages, of an array of log ratios.
        """
        import numpy

        moments, finite = self.estimators[name], self.count - self.infinite
        if not 0 < moments.squares < inf:
            return 0.0
        low = min(finite // 2, MOST_TAIL)
        ends = (-self._ratios.top(low), self._log_ratios.top(min(finite - low, MOST_TAIL)))
        shares = (of(numpy.concatenate(ends)) - moments.mean) ** 2 / moments.squares
        return 1 / float(shares @ shares)

    def needed_rows(self, name: str) -> float:
        """Rows with which an estimator that has a pilot has an error bar; inf where none are enough."""
        largest = {-1: self._ratios.top(MOST_TAIL), 1: self._log_ratios.top(MOST_TAIL)}
        return needed_rows(self.pilots[name], largest, self.count)


def _excess_of_powers(logs: NDArray[Any], begin: float) -> NDArray[Any]:
    """exp(logs) - exp(begin) relative to the largest exp(logs); never below the doubles."""
    import numpy

    beyond = -numpy.expm1(numpy.maximum(begin - logs, _DEEPEST))
    excesses: NDArray[Any] = numpy.exp(numpy.maximum(logs - logs[-1], _DEEPEST)) * beyond
    excesses = numpy.maximum(excesses, exp(_DEEPEST))
    return excesses


def _tail(largest: Largest, count: int, excess: Callable[[NDArray[Any], float], NDArray[Any]]) -> Tail:
    size = tail_length(count)
    top = largest.top(size + 1)
    if size < LEAST_TAIL or top.size <= size:
        return Tail(size, None)
    above = top[top > top[0]]
    if above.size < LEAST_TAIL or above[-1] - top[0] <= _EQUAL * abs(above[-1]):
        return Tail(size, None, bounded=True)
    shape = pareto_shape(excess(above, float(top[0])))
    return Tail(size, shape) if isfinite(shape) else Tail(size, None)

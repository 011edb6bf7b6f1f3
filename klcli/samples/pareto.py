"""How heavy the tail of positive numbers is: the shape of the Pareto distribution that fits the largest.

A generalised Pareto distribution of shape k has a finite mean for k < 1 and a finite variance for k < 1/2.
The shape of the tail of importance ratios therefore says whether an average of them has an error bar
(Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed importance sampling, JMLR 25, 2024).
"""

from __future__ import annotations

from math import ceil, inf, sqrt
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_TAIL = 5
"""Fewer numbers say nothing about a tail."""
MOST_TAIL = 4096
"""More numbers add nothing: the shape is then known to 0.02, and memory must not grow with the table."""
_MOST_KEPT = 4 * MOST_TAIL
"""Numbers that wait for a sort, which then throws three of four away."""
_PRIOR_WEIGHT, _PRIOR_SHAPE = 10, 0.5
"""Of the shape, with the weight of ten numbers: as in the same article."""


@dataclass(slots=True)
class Largest:
    """The largest of all numbers added so far, `MOST_TAIL` + 1 of them, in memory that does not grow."""

    _parts: list[NDArray[Any]] = field(default_factory=list)
    _size: int = 0
    _floor: float = -inf

    def add(self, block: NDArray[Any]) -> None:
        """Add a block of one dimension, which is kept as it is."""
        above = block[block > self._floor]
        if not above.size:
            return
        self._parts.append(above)
        self._size += above.size
        if self._size > _MOST_KEPT:
            self._cut()

    def merge(self, other: Largest) -> None:
        """Add the largest of other numbers."""
        for part in other._parts:
            self.add(part)

    def top(self, size: int) -> NDArray[Any]:
        """The `size` largest, in growing order; fewer where there are not as many.

        Args:
            size: at most `MOST_TAIL` + 1.
        """
        import numpy

        if not self._parts:
            return numpy.empty(0)
        return numpy.sort(numpy.concatenate(self._parts))[-size:]

    def _cut(self) -> None:
        kept = self.top(MOST_TAIL + 1)
        self._parts, self._size, self._floor = [kept], kept.size, float(kept[0])


def tail_length(count: int) -> int:
    """How many of `count` numbers are their tail: 3 sqrt(count), at most a fifth of them, as there."""
    return min(ceil(min(0.2 * count, 3 * sqrt(count))), MOST_TAIL)


def pareto_shape(excesses: NDArray[Any]) -> float:
    """The shape k of the generalised Pareto distribution that positive numbers in growing order come from.

    The quasi-Bayesian estimate of Zhang and Stephens (A new and efficient estimation method for the
    generalized Pareto distribution, Technometrics 51, 2009), drawn towards 1/2 with the weight of ten
    numbers, as in Pareto smoothed importance sampling.

    Args:
        excesses: by how much the tail exceeds its beginning, of shape (n,) with n >= `LEAST_TAIL`.
    """
    import numpy

    # An exponential distribution gives 0/0; excesses that span all doubles overflow, and weigh nothing.
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _shape(excesses)


def _shape(excesses: NDArray[Any]) -> float:
    import numpy

    size = excesses.size
    # The grid of the article on the distribution, of 30 points in the place of 20 as in that on smoothing.
    points = 30 + int(sqrt(size))
    quartile = excesses[int(size / 4 + 0.5) - 1]
    steps = 1 - numpy.sqrt(points / (numpy.arange(points) + 0.5))
    thetas = 1 / excesses[-1] + steps / (3 * quartile)
    shapes = numpy.array([float(numpy.log1p(-theta * excesses).mean()) for theta in thetas])
    rates = numpy.where(shapes == 0, 1 / excesses.mean(), -thetas / shapes)
    log_likelihood = size * (numpy.log(rates) - shapes - 1)
    weights = numpy.exp(log_likelihood - log_likelihood.max())
    theta = float(weights @ thetas / weights.sum())
    shape = float(numpy.log1p(-theta * excesses).mean())
    return (size * shape + _PRIOR_WEIGHT * _PRIOR_SHAPE) / (size + _PRIOR_WEIGHT)

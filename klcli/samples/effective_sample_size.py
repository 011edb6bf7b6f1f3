"""How many equal weights are worth as much as weights of any size, which are given by their logarithms."""

from __future__ import annotations

from math import inf, ldexp, log
from typing import TYPE_CHECKING, Any

from klcli.samples.exact_sums import ExactSums
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 256
"""The weights of one window lie within 2^256 of each other, so that their squares are doubles."""
_WINDOW = _BITS * log(2)
"""Its width in natural logarithms, as log-weights are given."""


@dataclass(slots=True, eq=False)
class LogWeights:
    """The exact sums of weights and of their squares, relative to a power of two that is near the largest.

    Weights more than two windows below the largest add nothing to a double, and are dropped: which ones
    are dropped in the end depends on the largest alone, and not on the order.
    """

    _sums: dict[int, ExactSums] = field(default_factory=dict)
    """Of the weights of each window and of their squares."""

    def add(self, logs: NDArray[Any]) -> None:
        """Add logarithms of weights, as many as `ExactSums` takes at a time; -inf is a weight of 0."""
        import numpy

        windows = numpy.rint(logs / _WINDOW)
        highest = float(windows.max())
        if highest == -inf:
            return
        for window in {highest, highest - 1}:
            places = logs[windows == window] - window * _WINDOW
            # Within half a window but for rounding, which beyond 1e18 is more than a double can be raised to.
            weights = numpy.exp(numpy.clip(places, -_WINDOW, _WINDOW))
            if weights.size:
                own = self._sums.setdefault(int(window), ExactSums(2))
                own.add(numpy.stack([weights, weights * weights], axis=1))
        self._drop()

    def merge(self, other: LogWeights) -> None:
        """Add other weights, which stay as they are."""
        for window, sums in other._sums.items():
            self._sums.setdefault(window, ExactSums(2)).merge(sums)
        self._drop()

    @property
    def effective_size(self) -> float:
        """How many equal weights are worth as much, (sum w)^2 / sum w^2 (Kish, Survey Sampling, 1965)."""
        if not self._sums:
            return 0.0
        highest = max(self._sums)
        below = self._sums.get(highest - 1, ExactSums(2)).values
        first, second = self._sums[highest].values
        first, second = first + ldexp(below[0], -_BITS), second + ldexp(below[1], -2 * _BITS)
        return first * first / second

    def _drop(self) -> None:
        highest = max(self._sums, default=0)
        self._sums = {window: sums for window, sums in self._sums.items() if window >= highest - 1}

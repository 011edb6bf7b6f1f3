"""Whether values repeat as those of independent samples do not: rows that stand in a table several times.

Of n independent samples of any law, discrete or not, let f_m values stand there m times.
By Cauchy and Schwarz, as f_m is a sum over all values of binomial probabilities of m,

    f_m^2 m / (m + 1) <= f_(m-1) f_(m+1)

in expectation, but for a factor that tends to 1 with n: where many values stand there twice, some stand there
three times. Copies of rows, two of each, have f_1 = f_3 = 0.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Any

from klcli.samples.random_rows import hashed
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_VALUES = 4096
"""Values that are counted, as memory must not grow with the table."""
_SEED = 1
"""Of the hash that chooses them; not that of rows."""
_CERTAIN = 15.0
"""exp of it is how many tables it takes for one false alarm at one m, and more."""
_NOISE, _UNSEEN = 3.0, 5.0
"""Standard errors that a number of values may be off by, and what one may be where none was seen."""


@dataclass(slots=True, eq=False)
class Repeats:
    """How often values stand in a table: those with the smallest hashes, whoever reads them in which order.

    A value that is among these of all rows is among these of every part, so that its rows are all counted.
    """

    _keys: Any = None
    _times: Any = None

    def add(self, values: NDArray[Any]) -> None:
        """Add a block of finite values, of shape (n,)."""
        import numpy

        keys = hashed((values + 0.0).view(numpy.uint64), _SEED)  # -0.0 and 0.0 are one value
        if self._keys is not None and len(self._keys) == _MOST_VALUES:
            keys = keys[keys <= self._keys[-1]]
        self._keep(*numpy.unique(keys, return_counts=True))

    def merge(self, other: Repeats) -> None:
        """Add the values of other rows, which stay as they are."""
        if other._keys is not None:
            self._keep(other._keys, other._times)

    @property
    def times(self) -> float | None:
        """How often a value stands there on average, if that is often by copies; None if it is not."""
        import numpy

        if self._keys is None:
            return None
        often, values = (row.tolist() for row in numpy.unique(self._times, return_counts=True))
        by_times = dict(zip(often, values, strict=True))
        beside = ([by_times.get(m + step, 0) for step in (-1, 0, 1)] for m in often)
        copied = any(_are_copies(*pair) for pair in zip(beside, often, strict=True))
        return float(self._times.mean()) if copied else None

    def _keep(self, keys: NDArray[Any], times: NDArray[Any]) -> None:
        import numpy

        if self._keys is not None:
            keys, places = numpy.unique(numpy.concatenate([self._keys, keys]), return_inverse=True)
            times = numpy.bincount(places, numpy.concatenate([self._times, times])).astype(int)
        self._keys, self._times = keys[:_MOST_VALUES], times[:_MOST_VALUES]


def _are_copies(values: list[int], times: int) -> bool:
    """Whether too many values stand there so many times beside those that do once less or once more.

    Args:
        values: how many stand there `times` - 1, `times` and `times` + 1 times.
        times: once is no copy.
    """
    if times < 2:
        return False
    fewer, number, more = values
    least = number - _NOISE * sqrt(number)
    most = max(fewer, more) + _NOISE * sqrt(max(fewer, more)) + _UNSEEN
    expected, seen = times / (times + 1) * max(least, 0.0) ** 2 / most, min(fewer, more)
    if expected <= seen:
        return False
    # The bound of Chernoff for a Poisson variable.
    return expected - seen + (seen * log(seen / expected) if seen else 0.0) > _CERTAIN

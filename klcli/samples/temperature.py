"""At which temperature samples were drawn, from the probabilities that q and p give them.

Samples of s = q^b / Z(c), which is q at the temperature 1/b, with any constant Z(c) in every context c, have

    E[(q - p) q^-b | c] = (sum q - sum p) / Z(c) = 0,

as q and p both add up to 1 over all that could have been drawn. The exponent b is the root of the mean of the
left side; the same root has to serve every part of the rows that is chosen by what stood before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from klcli.samples.row_sample import RowSample
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXPONENTS = (0.2, 5.0)
"""Of q, within which a root is looked for: temperatures of 0.2 to 5."""
_GRID = 129
"""Exponents at which a change of sign is looked for, 2.5 % apart."""
_STEPS = 50
"""Halvings of such a step: what is left is below the last bit of a double."""
_AGREES = 4.0
"""Standard errors within which a part has the same root; a right one is beyond in 1 of 16,000."""
_FAR = 5.0
"""Standard errors from 1 that make it a temperature."""
_LEAST_PART = 100
"""Rows of a part: the standard error of their mean is known to 7 % then, or to 10 % with half of them."""
_MOST_ERROR = 0.1
"""Of an exponent that says anything."""


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature that explains the mean of p/q.

    Attributes:
        value: of it.
        error: one standard error.
        is_held: whether rows behind likely ones and behind unlikely ones were seen to agree on it; nobody
            can tell where rows have nothing before them, or where that says nothing of their own log q.
    """

    value: float
    error: float
    is_held: bool


def temperature(sample: RowSample) -> Temperature | None:
    """The temperature nearest to 1 that fits all parts of the rows; None where none does, or 1 does."""
    exponent = _root(sample.log_q, sample.log_p)
    if exponent is None:
        return None
    error = _error(exponent, sample.log_q, sample.log_p)
    if error > _MOST_ERROR or abs(exponent - 1) <= _FAR * error:
        return None
    parts = list(context_parts(sample))
    if not all(_agrees(exponent, sample.log_q[part], sample.log_p[part]) for part in parts):
        return None
    held = len(parts) == 2 and _differ(*(sample.log_q[part] for part in parts))
    return Temperature(1 / exponent, error / exponent**2, held)


def _terms(exponent: float, log_q: NDArray[Any], log_p: NDArray[Any]) -> NDArray[Any]:
    import numpy

    found: NDArray[Any] = numpy.exp((1 - exponent) * log_q) - numpy.exp(log_p - exponent * log_q)
    return found


def _slope(exponent: float, log_q: NDArray[Any], log_p: NDArray[Any]) -> float:
    """The derivative of the mean of the terms by the exponent."""
    return float((-log_q * _terms(exponent, log_q, log_p)).mean())


def _root(log_q: NDArray[Any], log_p: NDArray[Any]) -> float | None:
    """The exponent nearest to 1 where the mean of the terms changes its sign."""
    import numpy

    grid: list[float] = numpy.geomspace(*_EXPONENTS, _GRID).tolist()
    means = [float(_terms(exponent, log_q, log_p).mean()) for exponent in grid]
    pairs = zip(grid, grid[1:], means, means[1:], strict=False)
    changes = [(low, high, first) for low, high, first, last in pairs if first * last < 0]
    if not changes:
        return None
    low, high, first = min(changes, key=lambda change: abs(log(change[0])))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if float(_terms(middle, log_q, log_p).mean()) * first > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _error(exponent: float, log_q: NDArray[Any], log_p: NDArray[Any]) -> float:
    slope = abs(_slope(exponent, log_q, log_p))
    deviation = float(_terms(exponent, log_q, log_p).std(ddof=1))
    return deviation / sqrt(len(log_q)) / slope if slope else float("inf")


def context_parts(sample: RowSample) -> Iterator[NDArray[Any]]:
    """Rows behind likely ones, and rows behind unlikely ones."""
    import numpy

    before = sample.log_q_before
    known = ~numpy.isnan(before)
    if numpy.count_nonzero(known) >= 2 * _LEAST_PART:
        middle = numpy.median(before[known])
        for part in (known & (before <= middle), known & (before > middle)):
            if numpy.count_nonzero(part) >= _LEAST_PART:
                yield part


def _differ(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether the means of two parts differ beyond doubt: what stands before rows then tells of them."""
    noise = sqrt(float(one.var()) / len(one) + float(other.var()) / len(other))
    return abs(float(one.mean() - other.mean())) > _FAR * noise


def _agrees(exponent: float, log_q: NDArray[Any], log_p: NDArray[Any]) -> bool:
    terms = _terms(exponent, log_q, log_p)
    noise = float(terms.std(ddof=1)) / sqrt(len(terms))
    return abs(float(terms.mean())) <= _AGREES * noise

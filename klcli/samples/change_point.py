"""Where the level of a series changed, and how sure that is: a cumulative sum of normal scores.

Without a change, the largest |cumulative sum of deviations|, divided by the noise, is that of a Brownian
bridge, whatever the law of the values, as long as they hang together over few steps only. The noise of sums
is taken from differences, which a change of level hardly moves: of the means of blocks, and of values one,
two and four steps apart as of an autoregression; the larger one counts. Values are replaced by normal scores
of their ranks, so that single spikes move nothing (Lombard, Rank tests for changepoint problems, Biometrika
74, 1987).
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCKS = 16
"""Into which a series is cut for its noise."""
LEAST_STEPS = 96
"""Steps of a series in which a change is looked for: six in a block."""
_LIMIT = 2.25
"""Of the statistic, which a Brownian bridge exceeds in 1 of 12,000 series (Kolmogorov's distribution)."""
FALSE_ALARMS = 0.005
"""Series without a change in which one is found, at most, as simulations of them show: white noise, also with
heavy tails, and autoregressions, up to those that are too strong to tell."""
_INDEPENDENT = 2.0
"""Times of an autoregression that a block holds; with fewer, blocks hang together and nothing can be told."""
_MOST_HANGING = 0.97
"""The largest coefficient of an autoregression: (1 + a)/(1 - a) = 66 of its values have the noise of one."""
_DOUBT = 1.5
"""Times 1/sqrt(n), by which that is taken for more: it is estimated no better."""
_QUARTER = NormalDist().inv_cdf(0.75) ** 2
"""The median of the square of a standard normal number."""
_GRID = 200
"""Of coefficients of an autoregression."""
_DEEPEST = 4
"""Halvings of a series in the search for more changes."""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A change of level.

    Attributes:
        place: index of the first value behind it, at best.
        low: the first index where it can be, to about a block.
        high: the last one.
        before: the median of the values between the change before and this one.
        after: the same behind it.
        statistic: the largest cumulative sum, in units of its noise.
        is_drift: whether a straight line fits better than a step: the level moved all the time.
    """

    place: int
    low: int
    high: int
    before: float
    after: float
    statistic: float
    is_drift: bool


@dataclass(frozen=True, slots=True)
class LevelSearch:
    """What was found in a series.

    Attributes:
        changes: in their order.
        is_decidable: whether the series is long enough, and hangs together over few enough steps, to tell.
        why_not: what keeps it from being told; empty where nothing does.
    """

    changes: tuple[LevelChange, ...]
    is_decidable: bool
    why_not: str = ""


def level_changes(values: NDArray[Any]) -> LevelSearch:
    """The changes of level of a series.

    Args:
        values: finite, in the order of their steps, shape (n,).
    """
    if len(values) < LEAST_STEPS:
        return LevelSearch((), False, f"it takes {LEAST_STEPS} steps, not {len(values)}")
    if values.min() == values.max():
        return LevelSearch((), True)
    if _noise(_scores(values)) is None:
        return LevelSearch((), False, "its values hang together over too many steps")
    found = sorted(_split(values, 0, _DEEPEST), key=lambda split: split.place)
    ends = [0, *(split.place for split in found), len(values)]
    changes = []
    for number, split in enumerate(found):
        before, after = values[ends[number] : split.place], values[split.place : ends[number + 2]]
        changes.append(_change(split, before, after))
    return LevelSearch(tuple(changes), True)


@dataclass(frozen=True, slots=True)
class _Split:
    """Where a part of a series is cut: at a place that may be off by a width."""

    place: int
    width: int
    statistic: float
    is_drift: bool


def _change(split: _Split, before: NDArray[Any], after: NDArray[Any]) -> LevelChange:
    import numpy

    low, high = split.place - split.width, split.place + split.width
    medians = float(numpy.median(before)), float(numpy.median(after))
    return LevelChange(split.place, low, high, *medians, split.statistic, split.is_drift)


def _split(values: NDArray[Any], first: int, depth: int) -> list[_Split]:
    """The changes of a part of a series that begins at `first`; a drift has no changes within it."""
    import numpy

    if depth == 0 or len(values) < LEAST_STEPS or values.min() == values.max():
        return []
    scores = _scores(values)
    noise = _noise(scores)
    sums = numpy.abs(numpy.cumsum(scores - scores.mean()))[:-1]
    if not noise:
        return []
    statistic = float(sums.max()) / sqrt(len(values) * noise)
    if statistic <= _LIMIT:
        return []
    place = int(sums.argmax()) + 1
    own = _Split(first + place, -(-len(values) // BLOCKS), statistic, _is_drift(scores, place))
    if own.is_drift:
        return [own]
    earlier, later = (
        _split(values[:place], first, depth - 1),
        _split(values[place:], first + place, depth - 1),
    )
    return [own, *earlier, *later]


def _scores(values: NDArray[Any]) -> NDArray[Any]:
    """Normal scores of the ranks; equal values share theirs."""
    import numpy
    from scipy.special import ndtri

    _, group, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    ranks = numpy.cumsum(counts) - counts / 2
    found: NDArray[Any] = ndtri(ranks / len(values))[group]
    return found


def _noise(scores: NDArray[Any]) -> float | None:
    """The variance of the sum of many scores, by their number; None where they hang together for too long."""
    import numpy

    size = len(scores) / BLOCKS
    means = numpy.array([part.mean() for part in numpy.array_split(scores, BLOCKS)])
    of_blocks = size * _variance(numpy.diff(means)) / 2
    variances = [_variance(scores[lag:] - scores[:-lag]) for lag in (1, 2, 4)]
    one, hanging = variances[0], min(_hanging(*variances) + _DOUBT / sqrt(len(scores)), _MOST_HANGING)
    if size * (1 - hanging) < _INDEPENDENT:
        return None
    of_steps = one / (2 * (1 - hanging)) * (1 + hanging) / (1 - hanging)
    return max(of_blocks, of_steps)


def _hanging(one: float, two: float, four: float) -> float:
    """How much of a value is left in the next one, from the variances of differences over 1, 2 and 4 steps.

    Those of an autoregression with the coefficient a are as 1 - a^k, so that the first two have the ratio
    1 + a and the first and the last 1 + a + a^2 + a^3; the larger a counts.
    """
    import numpy

    if not one:
        return _MOST_HANGING
    grid = numpy.linspace(0.0, _MOST_HANGING, _GRID)
    of_four = float(numpy.interp(four / one, 1 + grid + grid**2 + grid**3, grid))
    return max(two / one - 1, of_four, 0.0)


def _variance(differences: NDArray[Any]) -> float:
    """From the median of squares, which few large differences do not move."""
    import numpy

    return float(numpy.median(differences**2)) / _QUARTER


def _is_drift(scores: NDArray[Any], place: int) -> bool:
    """Whether a line leaves less of the scores than a step at a place."""
    import numpy

    left, right = scores[:place], scores[place:]
    of_step = float(((left - left.mean()) ** 2).sum() + ((right - right.mean()) ** 2).sum())
    steps = numpy.arange(len(scores)) - (len(scores) - 1) / 2
    slope = float(steps @ scores) / float(steps @ steps)
    return float(((scores - scores.mean() - slope * steps) ** 2).sum()) < of_step

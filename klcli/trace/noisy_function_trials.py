"""A function that draws samples, called many times: its means held against the KL, in standard errors.

Each call has every mean and head many times over, so that few calls are many samples; the standard errors
are those of the calls, which are independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from math import exp, isfinite, log, prod
from random import Random
from typing import Any, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import Parameterization
from klcli.trace.function_trials import (
    REDUCTIONS,
    SHAPES,
    Caller,
    MeansAndHeads,
    OutputReduction,
    Trial,
    TriedFunction,
    entries,
    expected_values,
    output_share,
)
from klcli.values import dataclass

_CALLS = 64
"""Of the function: 3,200 samples of each mean and head, whose mean is off by 1/57 of their deviation."""
_COPIES = 50
"""Of every mean and head in a call."""
_Calls: TypeAlias = tuple[Trial, Sequence[Mapping[str, Any]]]
"""Calls with the same entries: their KLs with the first result, and all results."""
_SHIFTS, _RATIOS = (-0.7, 0.7), (0.8, 1.5)
"""Of a posterior's mean from the prior's, and of their standard deviations: log q - log p, its square and p/q
have error bars there that hold. Where sigma^2 is half of the prior's, the variance of p/q is infinite."""
_ROUNDING = 1e-9
"""Relative, of a mean of numbers that are all alike: far above the rounding of doubles."""
_BEYOND = 1e300
"""Standard errors of what is off and has none; what is no number is told of first, too."""
_MOST_TRIES = 100
"""For each head, of which a reading with a range may have few."""
_LIMIT = 5.0
"""Standard errors of one number: 6e-7 false alarms. Of several the largest is looked at, see `_limit`."""


@dataclass(frozen=True, slots=True)
class Average:
    """A mean over many samples beside what it should be.

    Attributes:
        what: ``value``, or the name of the argument whose gradient it is.
        mean: at this mean; None for a sum over several.
        head: at this head.
        found: the mean over the samples.
        error: its standard error.
        expected: the KL, or its derivative.
    """

    what: str
    mean: float | None
    head: float | None
    found: float
    error: float
    expected: float

    @property
    def z(self) -> float:
        """How many standard errors it is off."""
        gap = abs(self.found - self.expected)
        return (
            gap / self.error if self.error > 0 else 0.0 if gap <= _ROUNDING * abs(self.expected) else _BEYOND
        )


@dataclass(frozen=True, slots=True)
class SampleAverages:
    """What many calls say.

    Attributes:
        samples: how many of every entry.
        reduction: that under which the values are nearest to the KL.
        total: of all entries together, whose error is the smallest.
        worst: what is farthest off, in standard errors, values before gradients.
        limit: of its standard errors.
    """

    samples: int
    reduction: OutputReduction
    total: Average
    worst: Average
    limit: float

    @property
    def agrees(self) -> bool:
        """Whether nothing is farther off than noise is."""
        return self.worst.z <= self.limit

    @property
    def detects(self) -> float:
        """The relative error of the value, whichever its sign, that would have been seen."""
        return (self.limit + self.total.z) * self.total.error / abs(self.total.expected)


def draws_samples(call: Caller, names: tuple[str, str], reading: Parameterization, seed: int) -> bool:
    """Whether a function gives other values when it is called again.

    Args:
        call: calls the function with arrays.
        names: of the arguments that are mean and head.
        reading: what the head means.
        seed: of the arguments.
    """
    given = entries(SHAPES[0], reading, Random(seed))
    arrays = {name: (SHAPES[0], values) for name, values in zip(names, given, strict=True)}
    values, again = (call(arrays, "float64")["values"] for _ in range(2))
    pairs = zip(map(float, values), map(float, again), strict=True)
    return any(one != other for one, other in pairs if isfinite(one) and isfinite(other))


def averages(
    call: Caller,
    names: tuple[str, str],
    reading: Parameterization,
    *,
    prior: tuple[float, float],
    scale: float,
    dtype: str,
    gradient: bool,
    seed: int,
) -> SampleAverages | None:
    """The means of many calls in two shapes; None where the result has no shape of a reduced KL.

    Args:
        call: how the function is called.
        names: of its mean and its head.
        reading: what its head means.
        prior: mean and standard deviation.
        scale: the factor that its KL is to have.
        dtype: the precision.
        gradient: whether its gradients are looked at.
        seed: of the entries.
    """
    generator = Random(seed)
    function = TriedFunction(call, names, reading, prior)
    many = [_many(function, shape, dtype, generator) for shape in SHAPES]
    found = [one for name in REDUCTIONS if (one := _held(many, name, scale, gradient=gradient))]
    return min(
        found, key=lambda one: 0 if one.worst.what != "value" or one.agrees else one.worst.z, default=None
    )


def _many(function: TriedFunction, shape: tuple[int, int], dtype: str, generator: Random) -> _Calls:
    """Calls with copies of some entries, whose KLs are computed once."""
    one = function.trial(shape, dtype, _near_prior(prod(shape), function, generator))
    copied = (shape[0] * _COPIES, shape[1])
    pairs = zip(function.names, (one.mean, one.head), strict=True)
    arrays = {name: (copied, list(held) * _COPIES) for name, held in pairs}
    outs = [function.call(arrays, dtype) for _ in range(_CALLS)]
    slopes = {name: held * _COPIES for name, held in one.slopes.items()}
    first = Trial(copied, dtype, one.mean * _COPIES, one.head * _COPIES, outs[0], one.truth * _COPIES, slopes)
    return first, outs


def _near_prior(size: int, function: TriedFunction, generator: Random) -> MeansAndHeads:
    """Means and heads of posteriors so near to the prior that every estimator has a finite variance."""
    reading, (middle, width) = function.reading, function.prior
    means = [middle + width * generator.uniform(*_SHIFTS) for _ in range(size)]
    heads: list[float] = []
    for _ in range(_MOST_TRIES * size):
        with suppress(ArithmeticError):  # the reading has no such sigma
            sigma = width * generator.uniform(*_RATIOS)
            heads.append(float(evaluate(reading.head, {"sigma": sigma}, Doubles())))
        if len(heads) == size:
            return means, heads
    text = f"{reading.meaning} has no sigma near {width:g}, that of the prior"
    raise KlcliError(text, "samples of other posteriors have no honest error bar")


def _held(
    many: Sequence[_Calls], name: OutputReduction, scale: float, *, gradient: bool
) -> SampleAverages | None:
    """What the calls say of one reduction; None where their results have another shape."""
    values, totals, slopes = list[Average](), list[Average](), list[Average]()
    for first, outs in many:
        truth = expected_values(first, name)
        if truth is None:
            return None
        calls = [list(map(float, out["values"])) for out in outs]
        expected = [scale * one for one in truth]
        values += _compared("value", first, calls, expected)
        copies = 1 if len(expected) == 1 else _COPIES
        sums = [sum(one) / copies for one in calls]
        totals.append(_average("value", None, None, sums, sum(expected) / copies))
        if gradient and first.out["gradients"] is not None:
            slopes += _gradients(first, outs, scale * output_share(first, name))
    limit = _limit(len(values) + len(slopes))
    worst = max(values, key=_size)
    if worst.z <= limit:
        worst = max([worst, *slopes], key=_size)
    total = min(totals, key=lambda one: one.error / abs(one.expected))
    return SampleAverages(_CALLS * _COPIES, name, total, worst, limit)


def _size(one: Average) -> float:
    return one.z if isfinite(one.z) else _BEYOND


def _gradients(first: Trial, outs: Sequence[Mapping[str, Any]], share: float) -> Iterator[Average]:
    for argument, slopes in first.slopes.items():
        zeros = [0.0] * len(slopes)
        calls = [list(map(float, out["gradients"].get(argument) or zeros)) for out in outs]
        yield from _compared(argument, first, calls, [share * one for one in slopes])


def _compared(
    what: str, first: Trial, calls: Sequence[Sequence[float]], expected: Sequence[float]
) -> Iterator[Average]:
    """The means of each number of a result; of copies of one entry together."""
    count = len(expected)
    own = count if count == 1 else count // _COPIES
    is_entry = count == prod(first.shape)
    for place in range(own):
        series = [_mean(one[place::own]) for one in calls]
        mean, head = (first.mean[place], first.head[place]) if is_entry else (None, None)
        yield _average(what, mean, head, series, expected[place])


def _average(
    what: str, mean: float | None, head: float | None, series: Sequence[float], expected: float
) -> Average:
    middle = _mean(series)
    variance = sum((one - middle) ** 2 for one in series) / (len(series) - 1)
    return Average(what, mean, head, middle, (variance / len(series)) ** 0.5, expected)


def _mean(series: Sequence[float]) -> float:
    return sum(series) / len(series)


def _limit(count: int) -> float:
    """Standard errors that the largest of several numbers has as rarely as one has five of them.

    The tail of a normal distribution falls as exp(-z^2 / 2), so that of the largest of n is n times that. Of
    standard errors that come from some calls the tail is Student's t, by Wallace's approximation.
    """
    square, freedom = _LIMIT**2 + 2 * log(count), _CALLS - 1
    return float((freedom * (exp(square / freedom) - 1)) ** 0.5)

"""A function that cannot be followed, probed: which multiple of a KL has its values, and at which points.

It is called with one entry at points of its mean and its head. The factors of mu^2, mu, sigma^2, log sigma
and 1 are fitted at as many points as there are of them, and have to hold at others. That is no proof; where
they hold at some of the points alone, the function is no KL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, log, log10

from klcli.formula.numeral import significant
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import solved
from klcli.trace.recording import RoundedCall
from klcli.values import dataclass

CLOSE: Mapping[str, float] = {"float64": 1e-9, "float32": 1e-5}
"""The error, relative to the largest of the five terms, beyond which a fit does not hold: of values in a
precision. Those of shorter ones say nothing."""
_COLUMNS = 5
"""The square of the mean, the mean, the variance, its logarithm and 1: those of a KL to a fixed prior."""
_FEWEST = 2 * _COLUMNS
"""Points at which a fit that fails elsewhere has to hold: as many again as it was made of are no accident."""
_MOST_DIGITS = 15
"""Decimal digits that every double has."""
_STEP = 1e-5
"""Of a central difference."""
_NEAR = 1e-4
"""Relative error of a gradient that a central difference and short precisions may have."""


@dataclass(frozen=True, slots=True)
class FittedKL:
    """A multiple of a KL plus a constant that a function has the values of.

    Attributes:
        mean: the argument that is the mean.
        head: the argument that is the head.
        reading: what the head means.
        factors: of mu^2, mu, sigma^2, log sigma and 1.
        error: the largest where it holds, relative to the largest of the five terms.
        close: that up to which it is said to hold.
        held: the calls at which it holds.
        off: those at which it does not.
    """

    mean: str
    head: str
    reading: Parameterization
    factors: tuple[float, ...]
    error: float
    close: float
    held: tuple[RoundedCall, ...]
    off: tuple[RoundedCall, ...]

    @property
    def scale(self) -> float:
        """How often the KL counts."""
        _, _, _, logarithm, _ = self.factors
        return -logarithm

    @property
    def prior(self) -> tuple[float, float]:
        """Mean and variance of the prior."""
        square, linear, _, logarithm, _ = self.factors
        return -linear / (2 * square), -logarithm / (2 * square)

    @property
    def shift(self) -> float:
        """What is added to the KL."""
        mean, variance = self.prior
        *_, constant = self.factors
        return constant - self.scale * (mean**2 / (2 * variance) - 0.5 + log(variance) / 2)

    def value(self, mean: float, head: float) -> float:
        """What it gives for a mean and a head.

        Raises:
            ArithmeticError: it gives nothing.
        """
        columns = _columns(mean, head, self.reading)
        return sum(factor * one for factor, one in zip(self.factors, columns, strict=True))


def is_random(calls: Sequence[RoundedCall]) -> bool:
    """Whether a function gave several values for the same entries."""
    values: dict[tuple[tuple[str, float], ...], set[float]] = {}
    for one in calls:
        if isfinite(one.value):
            values.setdefault(tuple(one.given.items()), set()).add(one.value)
    return any(len(found) > 1 for found in values.values())


def best_fit(calls: Sequence[RoundedCall], dtype: str = "float64") -> FittedKL | None:
    """The multiple of a KL that holds at the most points; None if none is fitted.

    Args:
        calls: of a function of two arrays, with one entry in double precision.
        dtype: the precision of what it gives back.
    """
    if dtype not in CLOSE:
        return None
    names = list(calls[0].given) if calls else []
    pairs = (names, names[::-1]) if len(names) == 2 else ()
    fits = [
        fit
        for mean, head in pairs
        for row in PARAMETERIZATIONS.values()
        if (fit := _fit(calls, mean, head, row, CLOSE[dtype])) is not None
    ]
    return max(fits, key=lambda one: (len(one.held), -len(one.off)), default=None)


def _fit(
    calls: Sequence[RoundedCall], mean: str, head: str, row: Parameterization, close: float
) -> FittedKL | None:
    """The best fit under one reading, at the points that it admits."""
    own = [one for one in calls if row.admits(one.given[head])]
    try:
        rows = [_columns(one.given[mean], one.given[head], row) for one in own]
    except ArithmeticError:
        return None
    best: FittedKL | None = None
    for places in _subsets(own):
        factors = solved([rows[place] for place in places], [own[place].value for place in places])
        if factors is None or not _is_form(factors, close):
            continue
        errors = [_error(one, call.value, factors) for one, call in zip(rows, own, strict=True)]
        is_held = [error <= close for error in errors]
        held, off = (
            tuple(call for call, holds in zip(own, is_held, strict=True) if holds == wanted)
            for wanted in (True, False)
        )
        if off and len(held) < _FEWEST:
            continue
        if best is None or len(held) > len(best.held):
            error = max(error for error in errors if error <= close)
            best = FittedKL(mean, head, row, tuple(factors), error, close, held, off)
        if not off:
            break
    return best


def _subsets(calls: Sequence[RoundedCall]) -> Iterator[Sequence[int]]:
    """Places of as many calls as there are columns: of all, and of regions of either argument."""
    finite = [place for place, one in enumerate(calls) if isfinite(one.value)]
    if len(finite) < _COLUMNS:
        return
    yield finite[:_COLUMNS]
    for name in calls[0].given:
        order = sorted(finite, key=lambda place: calls[place].given[name])
        for parts in (1, 2, 3):  # with halves alone, a region between two others is missed
            length = len(order) // parts
            for start in range(0, parts * length, length or 1):
                region = order[start : start + length]
                if len(region) >= _COLUMNS:
                    yield [region[step * (length - 1) // (_COLUMNS - 1)] for step in range(_COLUMNS)]


def _is_form(factors: Sequence[float], close: float) -> bool:
    """Whether five factors are those of a multiple of a KL plus a constant; a rounding of nothing is none."""
    square, _, variance, logarithm, _ = factors
    rounding = close * max(map(abs, factors))
    is_kl = abs(square - variance) <= rounding < square and logarithm < -rounding
    return isfinite(rounding) and is_kl


def _columns(mean: float, head: float, row: Parameterization) -> list[float]:
    variance = float(evaluate(row.variance, {"s": head}, Doubles()))
    logarithm = float(evaluate(row.log_variance, {"s": head}, Doubles())) / 2
    return [mean * mean, mean, variance, logarithm, 1.0]


def _error(row: Sequence[float], value: float, factors: Sequence[float]) -> float:
    parts = [factor * one for factor, one in zip(factors, row, strict=True)]
    error = abs(sum(parts) - value) / max(map(abs, parts))
    return error if isfinite(error) else float("inf")


def wrong_gradients(fit: FittedKL) -> str:
    """Where the gradient of a function that has the values of a fit is another; empty for nowhere.

    Without gradients nothing is held against them.
    """
    return next(_slopes_off(fit), "")


def _slopes_off(fit: FittedKL) -> Iterator[str]:
    for one in fit.held:
        for name, slope in one.gradients.items():
            ends = [
                fit.value(
                    one.given[fit.mean] + step * (name == fit.mean),
                    one.given[fit.head] + step * (name == fit.head),
                )
                for step in (_STEP, -_STEP)
            ]
            true = (ends[0] - ends[1]) / (2 * _STEP)
            if slope is not None and not abs(slope - true) <= _NEAR * (1 + abs(true)):
                found = f"autograd {significant(slope)}, true {significant(true)}"
                yield f"the gradient of {name} is not: at {_at(one)} {found}"


def fit_text(fit: FittedKL) -> str:
    """What the values are, in words, and how well."""
    # Without any error, it is one of half a double.
    digits = min(_MOST_DIGITS, int(-log10(fit.error or 1e-16)))
    return f"{_kl_text(fit)}, to {digits} digits at {len(fit.held)} points, which is no proof"


def off_text(fit: FittedKL) -> str:
    """That the values are those of a KL at some points only, and one where they are not."""
    off = max(fit.off, key=lambda one: (isfinite(one.value), abs(one.value - _at_fit(fit, one))))
    value = significant(off.value) if isfinite(off.value) else "no number"
    where = f"at {_at(off)} it is {value}, that {significant(_at_fit(fit, off))}"
    points = f"{len(fit.held)} of {len(fit.held) + len(fit.off)} points"
    return f"it has the values of {_kl_text(fit)}, at {points} only: {where}"


def _at_fit(fit: FittedKL, one: RoundedCall) -> float:
    return fit.value(one.given[fit.mean], one.given[fit.head])


def _at(one: RoundedCall) -> str:
    return ", ".join(f"{name} = {significant(value)}" for name, value in one.given.items())


def _kl_text(fit: FittedKL) -> str:
    def short(value: float) -> str:
        # What is below the error of a fit is 0, and never -0.
        return significant(round(value, int(-log10(fit.close))) + 0.0)

    times = "" if abs(fit.scale - 1) < fit.close else f"{short(fit.scale)} "
    added = "" if abs(fit.shift) < fit.close * max(1.0, fit.scale) else f" + {short(fit.shift)}"
    mean, variance = map(short, fit.prior)
    return f"{times}KL(N({fit.mean}, sigma^2) || N({mean}, {variance})){added}, for {fit.reading.meaning}"

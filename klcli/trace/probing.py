"""A function that cannot be followed, probed: which multiple of a KL has its values at some points.

It is called with one entry at points of its mean and its head; the factors of mu^2, mu, sigma^2, log sigma
and 1 are fitted at as many points as there are of them, and have to hold at all others. That is no proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, log10

from klcli.formula.numeral import significant
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import solved
from klcli.trace.recording import RoundedCall

__all__ = ["probed", "wrong_gradients"]

_CLOSE = 1e-9
"""The error, relative to the largest column, beyond which a fit does not hold."""
_COLUMNS = 5
"""The square of the mean, the mean, the variance, its logarithm and 1: those of a KL to a fixed prior."""
_MOST_DIGITS = 15
"""Decimal digits that every double has."""
_STEP = 1e-5
"""Of a central difference."""
_NEAR = 1e-4
"""Relative error of a gradient that a central difference and short precisions may have."""


def probed(calls: Sequence[RoundedCall]) -> str:
    """What the values of a function of two arrays are by every reading that fits, in words; empty for none.

    Args:
        calls: with one entry in double precision.
    """
    names = list(calls[0].given) if calls else []
    if len(names) != 2:
        return ""
    found = [
        text
        for mean, head in (names, names[::-1])
        for row in PARAMETERIZATIONS.values()
        if (text := _as(calls, mean, head, row))
    ]
    return " or ".join(found)


def _as(calls: Sequence[RoundedCall], mean: str, head: str, row: Parameterization) -> str:
    """The KL under one reading, at the points that it admits."""
    calls = [one for one in calls if row.admits(one.given[head])]
    try:
        rows = [_columns(one.given[mean], one.given[head], row) for one in calls]
    except ArithmeticError:
        return ""
    values = [one.value for one in calls]
    factors = solved(rows[:_COLUMNS], values[:_COLUMNS]) if all(map(isfinite, values)) else None
    if factors is None:
        return ""
    square, linear, variance, logarithm, constant = factors
    largest = max(map(abs, factors))
    if abs(square - variance) > _CLOSE * largest or not square > 0 > logarithm:
        return ""
    errors = list(_errors(rows, values, factors))
    if max(errors) > _CLOSE:
        return ""
    prior_variance, prior_mean = -logarithm / (2 * square), -linear / (2 * square)
    shift = constant - _constant(-logarithm, prior_mean, prior_variance)
    return _text(mean, row.meaning, -logarithm, prior_mean, prior_variance, shift, max(errors), len(calls))


def _columns(mean: float, head: float, row: Parameterization) -> list[float]:
    variance = float(evaluate(row.variance, {"s": head}, Doubles()))
    logarithm = float(evaluate(row.log_variance, {"s": head}, Doubles())) / 2
    return [mean * mean, mean, variance, logarithm, 1.0]


def _errors(
    rows: Sequence[Sequence[float]], values: Sequence[float], factors: Sequence[float]
) -> Iterator[float]:
    for row, value in zip(rows, values, strict=True):
        parts = [factor * one for factor, one in zip(factors, row, strict=True)]
        yield abs(sum(parts) - value) / max(map(abs, parts))


def wrong_gradients(calls: Sequence[RoundedCall]) -> str:
    """Where the gradient of a function that has the values of a KL is another, in words; empty for nowhere.

    Args:
        calls: with one entry in double precision; without gradients nothing is held against them.
    """
    names = list(calls[0].given) if calls else []
    pairs = (names, names[::-1]) if len(names) == 2 else ()
    for mean, head in pairs:
        for row in PARAMETERIZATIONS.values():
            if _as(calls, mean, head, row):
                return next(
                    _slopes_off([one for one in calls if row.admits(one.given[head])], mean, head, row), ""
                )
    return ""


def _slopes_off(calls: Sequence[RoundedCall], mean: str, head: str, row: Parameterization) -> Iterator[str]:
    rows = [_columns(one.given[mean], one.given[head], row) for one in calls]
    factors = solved(rows[:_COLUMNS], [one.value for one in calls[:_COLUMNS]]) or []
    for one in calls:
        for name, slope in one.gradients.items():
            ends = [
                _columns(
                    one.given[mean] + step * (name == mean), one.given[head] + step * (name == head), row
                )
                for step in (_STEP, -_STEP)
            ]
            above, below = (sum(a * b for a, b in zip(factors, end, strict=True)) for end in ends)
            true = (above - below) / (2 * _STEP)
            if slope is not None and not abs(slope - true) <= _NEAR * (1 + abs(true)):
                at = ", ".join(f"{own} = {significant(value)}" for own, value in one.given.items())
                found = f"autograd {significant(slope)}, true {significant(true)}"
                yield f"the gradient of {name} is not: at {at} {found}"


def _constant(scale: float, prior_mean: float, prior_variance: float) -> float:
    """What a KL has besides its terms in the mean and the spread."""
    from math import log

    return scale * (prior_mean**2 / (2 * prior_variance) - 0.5 + log(prior_variance) / 2)


def _text(
    mean: str,
    meaning: str,
    scale: float,
    prior_mean: float,
    prior_variance: float,
    shift: float,
    error: float,
    points: int,
) -> str:
    def short(value: float) -> str:
        # What is below the error of a fit is 0, and never -0.
        return significant(round(value, 9) + 0.0)

    times = "" if abs(scale - 1) < _CLOSE else f"{short(scale)} "
    added = "" if abs(shift) < _CLOSE * max(1.0, scale) else f" + {short(shift)}"
    # Without any error, it is one of half a double.
    digits = min(_MOST_DIGITS, int(-log10(error or 1e-16)))
    kl = f"{times}KL(N({mean}, sigma^2) || N({short(prior_mean)}, {short(prior_variance)})){added}"
    return f"{kl}, for {meaning}: holds to {digits} digits at {points} points, which is no proof"

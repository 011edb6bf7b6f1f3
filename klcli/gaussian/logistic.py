"""The sigmoid reading, sigma = 1/(1 + exp(-s)), on blocks of floats: its part of a KL, and its shift.

sigma is 1 but for exp(-s) where s is large, so that the difference of two sigmas, or that of one from 1, is
never taken between them: with m the smaller and M the larger of two heads

    sigma(m)/sigma(M) = 1 - y,   y = (1 - exp(m - M)) sigma(-m),

and 1 - sigma(s) is sigma(-s).
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from klcli.gaussian import double_double
from klcli.gaussian.double_double import DoubleDouble, FloatArray, FloatOperand
from klcli.gaussian.kernel_terms import (
    LARGE_LOG,
    TINY_RATIO,
    by_log,
    log_spread,
    patch,
    ratio_spread,
    vanishing_ratio,
)
from klcli.gaussian.softplus import EXPM1, LIMIT, STEPS, split, tabulated

TAIL = 40.0
"""sigma is exp(s) below -40, up to a relative exp(-40) = 4e-18."""
TINY = 1e-100
"""Relative distance of sigmas below which the spread is its square, rounded once: it may be subnormal."""
NEAR = 1 / 16
"""Relative distance of sigmas below which their quotient in pairs does not have the digits of it."""


def sigmoid(s: FloatOperand) -> DoubleDouble:
    """1/(1 + exp(-s)), good to 2^-57."""
    return tabulated(s, _by_table, double_double.sigmoid)


def _by_table(s: FloatArray) -> DoubleDouble:
    """sigma(a + h) = sigma(a)/(1 + z), z = sigma(-a) expm1(-h), with a on a grid; any number beyond it."""
    index, h = split(s)
    value, rest, other = (column.take(index, mode="clip") for column in _table())
    z = double_double.series(EXPM1, -h)
    z *= h
    z *= other  # -z of the formula
    change = z / (1.0 - z)
    change *= value
    high, low = double_double.add(value, change)
    low += rest
    return double_double.add(high, low)


@cache
def _table() -> tuple[FloatArray, FloatArray, FloatArray]:
    """The sigmoid at the points of the grid, what it exceeds the nearest float by, and that of -a."""
    grid = np.arange(-LIMIT * STEPS, LIMIT * STEPS + 1) / STEPS
    return *double_double.sigmoid(grid), double_double.sigmoid(-grid)[0]


def sigmoid_spread(q: FloatArray, p: FloatOperand | None = None) -> FloatArray:
    """The spread of two sigmoids; p is None for sigma_p = 1."""
    if p is None:
        d = -sigmoid(-q)[0]
        result = ratio_spread(1.0, d, sigmoid(q)[0])
        patch(result, np.abs(d) < TINY, np.square, d)
        patch(result, q < -TAIL, partial(log_spread, 1.0), q)
        return result
    r, r_rest = double_double.quotient(sigmoid(q), sigmoid(p))
    d = (r - 1.0) + r_rest
    patch(d, np.abs(d) <= NEAR, _change, q, p)
    result = ratio_spread(1.0, d, r)
    patch(result, np.abs(d) < TINY, np.square, d)
    patch(result, (r < TINY_RATIO) | (q < -LARGE_LOG), partial(vanishing_ratio, 1.0, _log_sigmoid), q, p)
    patch(result, (p < -LARGE_LOG) & (q >= -TAIL), lambda above: np.full(above.shape, np.inf), q)
    patch(result, np.maximum(q, p) < -TAIL, partial(log_spread, 1.0), q, p)
    return result


def _change(q: FloatArray, p: FloatArray) -> FloatArray:
    """sigma(q)/sigma(p) - 1, of any heads whose sigmas are close."""
    difference, rest = double_double.difference(q, p)
    sign = np.copysign(1.0, difference)
    step, scale = _fallen((difference * sign, rest * sign)), double_double.sigmoid(-np.minimum(q, p))
    y, error = double_double.product(step[0], scale[0])
    error += step[0] * scale[1] + step[1] * scale[0]
    high, low = double_double.difference(1.0, y)
    return np.where(difference > 0, double_double.quotient((y, error), (high, low - error))[0], -(y + error))


def _fallen(t: DoubleDouble) -> DoubleDouble:
    """1 - exp(-t) for t >= 0."""
    near = t[0] <= double_double.EXPM1_END
    high, low = double_double.expm1((-np.where(near, t[0], 0.0), -t[1]))
    e = double_double.exp(-t[0])
    far, rest = double_double.difference(1.0, e[0])
    rest -= e[1] - e[0] * t[1]
    return np.where(near, -high, far), np.where(near, -low, rest)


def _log_sigmoid(s: FloatArray) -> FloatArray:
    return np.where(s < -TAIL, s, np.log(sigmoid(s)[0]))


def by_sigmoid(difference: FloatArray, p: FloatArray) -> FloatArray:
    """A difference of means over sigma_p = sigmoid(p)."""
    result = difference / sigmoid(p)[0]
    patch(result, p < -TAIL, partial(by_log, 1.0), difference, p)
    return result

"""Softplus in pairs of floats, from a table: to a third of a rounding error, for a third of the work.

log(1 + e^(a + h)) = log(1 + e^a) + log1p(sigmoid(a) expm1(h)). With a on a grid of step 1/64 the first term
is looked up, and the second is so small beside it that plain floats will do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from klcli.gaussian import double_double
from klcli.gaussian.double_double import DoubleDouble, FloatArray, FloatOperand

LIMIT = 41
"""The table goes from -41 to 41."""
STEPS = 64
"""To 1; h is at most 1/128, a power of two, so that a and h are exact."""
# Highest power first; what is left out is below 2^-59 of the softplus, and of the sigmoid.
EXPM1 = tuple(1 / factor for factor in (720.0, 120.0, 24.0, 6.0, 2.0, 1.0))
_LOG1P = tuple(sign / power for sign, power in zip((1, -1) * 4, range(7, 0, -1), strict=False))


def softplus(s: FloatOperand) -> DoubleDouble:
    """log(1 + exp(s))."""
    return tabulated(s, _by_table, double_double.softplus)


def tabulated(
    s: FloatOperand,
    by_table: Callable[[FloatArray], DoubleDouble],
    exact: Callable[[FloatArray], DoubleDouble],
) -> DoubleDouble:
    """A function by its table, and beyond the ends of that as it is computed for the table."""
    s = np.asarray(s)
    found = by_table(s)
    beyond = np.abs(s) > LIMIT
    if beyond.any():
        for part, values in zip(found, exact(s[beyond]), strict=True):
            part[beyond] = values
    return found


def split(s: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """The place of the nearest point of the grid, and the distance from it, exactly."""
    nearest = np.rint(s * STEPS)
    index = nearest.astype(np.intp)
    index += LIMIT * STEPS
    return index, s - nearest / STEPS


def _by_table(s: FloatArray) -> DoubleDouble:
    """Any number beyond the limit."""
    index, h = split(s)
    value, rest, slope = (column.take(index, mode="clip") for column in _table())
    y = double_double.series(EXPM1, h)
    y *= h
    y *= slope
    change = double_double.series(_LOG1P, y)
    change *= y
    high, low = double_double.add(value, change)
    low += rest
    return double_double.add(high, low)


@cache
def _table() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Softplus at the points of the grid, what it exceeds the nearest float by, and its derivative there."""
    grid = np.arange(-LIMIT * STEPS, LIMIT * STEPS + 1) / STEPS
    return *double_double.softplus(grid), double_double.sigmoid(grid)[0]

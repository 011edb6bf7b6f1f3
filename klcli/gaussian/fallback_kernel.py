"""The array kernel of a reading that has none of its own: each element by the closed form, correctly rounded.

It takes a hundred microseconds where a kernel of its own takes some nanoseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.double_double import FloatArray, FloatOperand
from klcli.gaussian.kernel_table import ArrayKernel
from klcli.gaussian.parameterization import Parameterization


def kernel_by_formula(reading: Parameterization) -> ArrayKernel:
    """The kernel that a row's formulas make."""
    return ArrayKernel(partial(_spread, reading), partial(_scaled, reading))


def _spread(reading: Parameterization, q: FloatArray, p: FloatOperand | None = None) -> FloatArray:
    def one(head_q: float, head_p: float | None = None) -> float:
        other = Gaussian.from_head(0, 1) if head_p is None else Gaussian.from_head(0, head_p, reading.name)
        try:
            return divergence(Gaussian.from_head(0, head_q, reading.name), other).per_dimension[0].spread
        except KlcliError:  # beyond the doubles
            return np.inf

    return _each(one, q) if p is None else _each(one, q, p)


def _scaled(reading: Parameterization, difference: FloatArray, p: FloatArray) -> FloatArray:
    return difference / _each(lambda head: Gaussian.from_head(0, head, reading.name).spread.sigma()[0], p)


def _each(function: Callable[..., float], *operands: FloatOperand) -> FloatArray:
    found = np.vectorize(function, otypes=[np.float64])(*operands)
    return np.asarray(found, dtype=np.float64)

"""The array kernels of the readings: what each does with blocks of heads. A row of their table names one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from klcli.gaussian import few_elements
from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.kernel_terms import (
    SOFTPLUS_ONE,
    by_log,
    by_softplus,
    linear_spread,
    log_spread,
    softplus_spread,
)
from klcli.gaussian.logistic import by_sigmoid, sigmoid_spread
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class ArrayKernel:
    """What the array kernel does under one reading.

    Attributes:
        spread: a function of the head of q and the head of p, or of the head of q and `unit`.
        scaled: a function of a difference of means and the head of p: the difference in units of sigma_p.
        unit: stands for the head of p where sigma_p = 1.
        few: the same two for a few floats, where they take less time; None where they do not.
    """

    spread: Callable[..., FloatArray]
    scaled: Callable[[FloatArray, FloatArray], FloatArray]
    unit: tuple[float, ...] = ()
    few: few_elements.FloatTerms | None = None


_std, _var = partial(linear_spread, 1.0), partial(linear_spread, 0.5)

STD = ArrayKernel(_std, np.divide, (1.0,), few_elements.STD)
VAR = ArrayKernel(_var, lambda n, p: n / np.sqrt(p), (1.0,), few_elements.VAR)
LOG_STD = ArrayKernel(partial(log_spread, 1.0), partial(by_log, 1.0), (), few_elements.LOG_STD)
LOG_VAR = ArrayKernel(partial(log_spread, 0.5), partial(by_log, 0.5), (), few_elements.LOG_VAR)
PRECISION = ArrayKernel(lambda q, p: _var(p, q), lambda n, p: n * np.sqrt(p), (1.0,), few_elements.PRECISION)
LOG_PRECISION = ArrayKernel(partial(log_spread, -0.5), partial(by_log, -0.5), (), few_elements.LOG_PRECISION)
SOFTPLUS = ArrayKernel(partial(softplus_spread, 1.0), partial(by_softplus, 1.0), SOFTPLUS_ONE)
SOFTPLUS_VAR = ArrayKernel(partial(softplus_spread, 0.5), partial(by_softplus, 0.5), SOFTPLUS_ONE)
SIGMOID = ArrayKernel(sigmoid_spread, by_sigmoid)

"""The array kernel for a few elements, where a call of numpy costs more than the arithmetic that it does.

The operations are those of `klcli.gaussian.kernel_terms`, in their order, on Python's floats, which are the
same doubles: so are the results, bit by bit. Only the ordinary cases are here. Whatever else there is
(scales near the ends of the doubles, values that are not allowed, masks, shapes that broadcast) is left to
the arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, prod, sqrt
from typing import Any, TypeAlias

import numpy as np

from klcli.gaussian.double_double import ATANH_END, ATANH_SERIES, EXP_SERIES

FEW = 32
"""Elements up to which this is faster."""
_LEAST = 1e-300
"""Of a ratio of heads; below it are the subnormal doubles, which have fewer digits."""
_LARGEST_LOG = 700.0
"""The ratios, and the logarithms of them, beyond which the arrays take another way."""

FloatTerm: TypeAlias = Callable[[float, float | None], float]
"""Of a head of q, or a difference of means, and the head of p, None for sigma_p = 1; NaN if not ordinary."""
FloatTerms: TypeAlias = tuple[FloatTerm, FloatTerm]
"""What the scales make of a KL, and a difference of means in units of sigma_p."""
_NAN = float("nan")
_DOUBLE = np.dtype(np.float64)


def divergence(parts: FloatTerms, mean_q: Any, head_q: Any, mean_p: Any, head_p: Any) -> Any:
    """KL(q || p) as `klcli.gaussian.kernel.divergence` has it; None where that has to do it itself.

    Args:
        parts: what a reading makes of heads, and of differences of means.
        mean_q: a number, or a list or an array of any shape.
        head_q: likewise; what is not one number has one shape.
        mean_p: likewise.
        head_p: likewise; None where sigma_p = 1.
    """
    columns, shape = _columns(mean_q, head_q, mean_p, 0.0 if head_p is None else head_p)
    if columns is None:
        return None
    spread, scaled = parts
    found = []
    for q, head, p, prior in zip(*columns, strict=True):
        of_p = None if head_p is None else prior
        z = scaled(q - p, of_p)
        value = spread(head, of_p) + 0.5 * z * z
        if not value < inf:
            return None
        found.append(value)
    return np.array(found).reshape(shape) if shape else np.float64(found[0])


def _columns(*given: Any) -> tuple[list[list[float]] | None, tuple[int, ...]]:
    """Floats, and arrays of one shape and up to `FEW` elements, as lists of equal length; None for others."""
    shape: tuple[int, ...] | None = None
    for each in given:
        if type(each) is np.ndarray:
            if each.dtype is not _DOUBLE or each.size > FEW or shape not in (None, each.shape):
                return None, ()
            shape = each.shape
        elif not isinstance(each, float):  # numpy's float64 is one
            return None, ()
    shape = shape or ()
    if 0 in shape:
        return None, ()
    count = prod(shape)
    columns = [each.ravel().tolist() if type(each) is np.ndarray else [each] * count for each in given]
    return columns, shape


def _atanh_series(x: float) -> float:
    """`klcli.gaussian.double_double.series`, written out: a loop takes twice as long."""
    a, b, c, d, e, f, g, h, i, j = ATANH_SERIES
    return ((((((((a * x + b) * x + c) * x + d) * x + e) * x + f) * x + g) * x + h) * x + i) * x + j


def _exp_series(x: float) -> float:
    a, b, c, d, e, f, g, h, i, j, k, m, n = EXP_SERIES
    low = (((((a * x + b) * x + c) * x + d) * x + e) * x + f) * x + g
    return (((((low * x + h) * x + i) * x + j) * x + k) * x + m) * x + n


def _linear_spread(power: float, q: float, p: float | None) -> float:
    """As `klcli.gaussian.kernel_terms.linear_spread`."""
    if p is None:
        p = 1.0
    if not (q > 0.0 and p > 0.0):
        return _NAN
    r = q / p
    if not _LEAST <= r < inf:
        return _NAN
    d = (q - p) / p
    half_square = 0.5 * d * d
    w = d / (d + 2.0)
    x = w * w
    if x <= ATANH_END:
        result = half_square - (_atanh_series(x) * x + half_square) * w
    else:
        result = r - 1.0 - float(np.log(r))
    return result + half_square if power == 1.0 else result * 0.5


def _log_spread(multiple: float, q: float, p: float | None) -> float:
    """As `klcli.gaussian.kernel_terms.log_spread`."""
    a = multiple * q
    t, error = a, 0.0
    if p is not None:
        b = multiple * p
        t = a - b
        v = a - t
        error = (v - b) + (a - (t + v))
    x = t + t
    if not -_LARGEST_LOG <= x <= _LARGEST_LOG:
        return _NAN
    near = -1.0 <= x <= 1.0
    slope = float(np.expm1(x)) if error or not near else 0.0
    result = ((_exp_series(x) * x + 0.5) * x) * t if near else 0.5 * slope - t
    return result + slope * error


def _by_log(multiple: float, difference: float, p: float | None) -> float:
    if p is None:
        return difference
    exponent = -multiple * p
    return difference * float(np.exp(exponent)) if -_LARGEST_LOG <= exponent <= _LARGEST_LOG else _NAN


def _by_std(difference: float, p: float | None) -> float:
    return difference if p is None else difference / p if p > 0.0 else _NAN


def _by_var(difference: float, p: float | None) -> float:
    return difference if p is None else difference / sqrt(p) if p > 0.0 else _NAN


def _by_precision(difference: float, p: float | None) -> float:
    return difference if p is None else difference * sqrt(p) if p > 0.0 else _NAN


def _precision_spread(q: float, p: float | None) -> float:
    return _linear_spread(0.5, 1.0 if p is None else p, q)


STD: FloatTerms = partial(_linear_spread, 1.0), _by_std
VAR: FloatTerms = partial(_linear_spread, 0.5), _by_var
LOG_STD: FloatTerms = partial(_log_spread, 1.0), partial(_by_log, 1.0)
LOG_VAR: FloatTerms = partial(_log_spread, 0.5), partial(_by_log, 0.5)
PRECISION: FloatTerms = _precision_spread, _by_precision
LOG_PRECISION: FloatTerms = partial(_log_spread, -0.5), partial(_by_log, -0.5)

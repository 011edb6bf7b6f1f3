"""What the scales make of a KL, and differences of means in units of sigma, on blocks of floats.

Near equality only the difference of the heads has the digits, so that each function begins with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from klcli.gaussian import double_double
from klcli.gaussian.double_double import FloatArray, FloatOperand
from klcli.gaussian.softplus import softplus

SOFTPLUS_ONE = (0.5413248546129181, -1.8138570925507326e-17)
"""log(e - 1), the head with softplus(s) = 1: no float, so the nearest one and the rest."""
SOFTPLUS_TAIL = 40.0
"""softplus(s) is exp(s) below -40 and s above 40, up to a relative exp(-40) = 4e-18."""
SOFTPLUS_NEAR = 0.125
"""Distance of heads below which the difference of softplus is not that of its pairs."""
TINY_RATIO = 1e-300
"""Ratios below may have lost digits to the subnormals, from 2.2e-308 on; beside 1 they are nothing."""
LARGE_LOG = 700.0
"""Its exponential and the inverse of that are normal doubles, as up to 708.4."""
_LARGEST_LOG = 709.0
"""Whose exponential is a double, as up to 709.78."""
SAFE_LOG, SAFE_FACTOR = 430.0, 5.579910311786494e186
"""exp(430) happens to be within 2e-19 of a float: it splits an exponential that would leave the range."""


def patch(
    result: FloatArray,
    where: NDArray[np.bool_],
    function: Callable[..., FloatArray],
    *arguments: FloatOperand,
) -> None:
    """Put the function's values into the few places that the general way does not serve.

    Args:
        result: of any shape; it is changed in those places.
        where: of the same shape, true in the places.
        function: of one-dimensional arrays of the values there.
        *arguments: of the function; each broadcasts to the shape.
    """
    if where.any():
        result[where] = function(*(np.broadcast_to(each, where.shape)[where] for each in arguments))


# Scales, variances, precisions. Near equality only d = (q - p)/p has the digits, elsewhere r = q/p is better
# conditioned, so the functions take both.


def excess(d: FloatArray, half_square: FloatArray, r: FloatArray) -> FloatArray:
    """d - log(1 + d), given d^2/2 and r = 1 + d: the series for r in [1/2, 2], the logarithm beyond.

    Args:
        d: an array above -1.
        half_square: d^2/2, of the same shape.
        r: 1 + d, which has digits that a sum with 1 would lose.
    """
    w = d / (d + 2.0)
    x = w * w
    result = double_double.series(double_double.ATANH_SERIES, x)
    result *= x
    result += half_square
    result *= w
    np.subtract(half_square, result, out=result)
    near = x <= double_double.ATANH_END
    if near.all():
        return result
    far = r - 1.0
    far -= np.log(r)
    return np.where(near, result, far)


def ratio_spread(power: float, d: FloatArray, r: FloatArray) -> FloatArray:
    """sigma_q/sigma_p = r^power, where r = 1 + d and power is 1 or 1/2.

    Args:
        power: 1 or 1/2.
        d: r - 1, of any shape.
        r: of the same shape.
    """
    half_square = 0.5 * d
    half_square *= d
    result = excess(d, half_square, r)
    if power == 1.0:
        result += half_square
    else:
        result *= 0.5
    return result


def _vast_ratio(power: float, q: FloatArray, p: FloatArray) -> FloatArray:
    """Where q/p overflows only r^2/2 is left: q/(2p), which may be finite, or a square, which is not."""
    return np.asarray((0.5 * q / p) ** (2.0 * power))


def vanishing_ratio(
    power: float, log: Callable[[FloatArray], FloatArray], q: FloatArray, p: FloatArray
) -> FloatArray:
    """Where q/p underflows, or has lost digits to that, the logarithms are taken one by one.

    Args:
        power: as in `ratio_spread`.
        log: of a head, the logarithm of that whose power sigma is.
        q: heads of q, of any shape.
        p: heads of p, of the same shape.
    """
    return -0.5 - power * (log(q) - log(p))


def linear_spread(power: float, q: FloatOperand, p: FloatOperand) -> FloatArray:
    """sigma = head^power.

    Args:
        power: of the head in sigma: 1 for a sigma, 1/2 for a variance.
        q: the head of the posterior.
        p: the head of the prior; None for a sigma of 1.
    """
    r = np.asarray(q / p)
    result = ratio_spread(power, np.asarray((q - p) / p), r)
    patch(result, r == np.inf, partial(_vast_ratio, power), q, p)
    patch(result, r < TINY_RATIO, partial(vanishing_ratio, power, np.log), q, p)
    return result


# Logarithms: log sigma is a multiple, 1 or +-1/2, of the head.


def log_spread(multiple: float, q: FloatArray, p: FloatOperand | None = None) -> FloatArray:
    """(exp(2t) - 1 - 2t)/2 with t = log sigma_q - log sigma_p; p is None for log sigma_p = 0.

    Args:
        multiple: of the head in log sigma.
        q: the head of the posterior.
        p: the head of the prior; None for a sigma of 1.
    """
    t, error = (multiple * q, 0.0) if p is None else double_double.difference(multiple * q, multiple * p)
    x = t + t
    result = double_double.series(double_double.EXP_SERIES, x)
    result *= x
    result += 0.5
    result *= x
    result *= t
    slope = np.expm1(x)  # the derivative by t
    size = np.abs(x)
    near = size <= 1.0
    if not near.all():
        result = np.where(near, result, 0.5 * slope - t)
    result += slope * error
    patch(result, size > _LARGEST_LOG, _huge_log_spread, t, error)
    return result


def _huge_log_spread(t: FloatArray, error: FloatArray) -> FloatArray:
    """Where exp(2t) overflows before its half does, and where t itself has overflowed."""
    root = np.exp(t)
    kept = np.fmax(1.0 + 2.0 * error, 0.5)  # the error is large, or NaN, only where root is infinite
    return np.where(t > 0, 0.5 * root * root * kept, -0.5 - t)


# Softplus: sigma, or sigma^2, is log(1 + exp(s)). In plain floats that is a chain of eight roundings, and the
# spread amplifies it to 12 ulp; so it is done in pairs, and only d and r are rounded.


def _softplus_change(
    p_rest: float, q: FloatArray, p: FloatArray, value: FloatArray, rest: FloatArray
) -> FloatArray:
    """softplus(q)/softplus(p + p_rest) - 1 for |q - p| <= 1/8, where softplus(p) is value + rest."""
    t = double_double.add(*double_double.difference(q, p))
    change, slope = double_double.expm1(double_double.add(t[0], t[1] - p_rest)), double_double.sigmoid(p)
    product, error = double_double.product(change[0], slope[0])
    difference = double_double.log1p((product, error + change[0] * slope[1] + change[1] * slope[0]))
    return double_double.quotient(difference, (value, rest))[0]


def softplus_spread(power: float, q: FloatArray, p: FloatOperand, p_rest: float = 0.0) -> FloatArray:
    """sigma = softplus(s)^power, and the head of p is p + p_rest.

    Args:
        power: of the head in sigma: 1 for a sigma, 1/2 for a variance.
        q: the head of the posterior.
        p: the head of the prior; None for a sigma of 1.
        p_rest: the rounding error of p.
    """
    value_q, value_p = softplus(q), softplus(p)
    r, r_rest = double_double.quotient(value_q, value_p)
    d = (r - 1.0) + r_rest
    patch(d, np.abs(q - p) <= SOFTPLUS_NEAR, partial(_softplus_change, p_rest), q, p, *value_p)
    result = ratio_spread(power, d, r)
    if max(np.abs(q).max(), np.abs(p).max()) > SOFTPLUS_TAIL:
        _patch_tails(power, result, (q, p), (value_q[0], value_p[0], r))
    return result


def _patch_tails(
    power: float,
    result: FloatArray,
    heads: tuple[FloatArray, FloatOperand],
    values: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    """Where softplus is an exponential or the head itself, and where the ratio is no normal float."""
    (q, p), (value_q, value_p, r) = heads, values
    vast = partial(_vast_ratio, power)
    patch(result, r == np.inf, vast, value_q, value_p)
    patch(result, r < TINY_RATIO, partial(vanishing_ratio, power, _log_softplus), q, p)
    patch(result, np.minimum(q, p) > SOFTPLUS_TAIL, partial(linear_spread, power), q, p)
    patch(result, np.maximum(q, p) < -SOFTPLUS_TAIL, partial(log_spread, power), q, p)
    underflow = (p < -LARGE_LOG) & (q >= -SOFTPLUS_TAIL)
    patch(result, underflow, lambda value, p: vast(SAFE_FACTOR * value, np.exp(p + SAFE_LOG)), value_q, p)


def _log_softplus(s: FloatArray) -> FloatArray:
    return np.where(s < -SOFTPLUS_TAIL, s, np.log(softplus(s)[0]))


# Shifts: from a difference of means and the head of p to the difference in units of sigma_p.


def by_log(multiple: float, difference: FloatArray, p: FloatArray) -> FloatArray:
    """A difference of means over sigma_p = exp(multiple p).

    Args:
        multiple: of a head, that makes it the logarithm of sigma: 1, 1/2 or -1/2.
        difference: of means, of any shape.
        p: heads of p, of the same shape.
    """
    exponent = -multiple * p
    result = difference * np.exp(exponent)
    patch(result, np.abs(exponent) > LARGE_LOG, _times_exp, difference, exponent)
    return result


def _times_exp(factor: FloatArray, exponent: FloatArray) -> FloatArray:
    """factor * exp(exponent) where the exponential alone may leave the range."""
    safe = np.copysign(SAFE_LOG, exponent)
    scaled = np.where(exponent > 0, factor * SAFE_FACTOR, factor / SAFE_FACTOR)
    return np.where(factor == 0, 0.0, scaled * np.exp(exponent - safe))


def by_softplus(power: float, difference: FloatArray, p: FloatArray) -> FloatArray:
    """A difference of means over sigma_p = softplus(p)^power.

    Args:
        power: 1 or 1/2.
        difference: of means, of any shape.
        p: heads of p, of the same shape.
    """
    value = softplus(p)[0]
    result = difference / (value if power == 1.0 else np.sqrt(value))
    patch(result, p < -SOFTPLUS_TAIL, partial(by_log, power), difference, p)
    return result

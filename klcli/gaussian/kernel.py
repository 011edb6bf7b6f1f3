"""KL(q || p) of diagonal Gaussians, elementwise over arrays: float64, in nats.

    KL = spread + shift,   spread = (r^2 - 1 - log r^2)/2,   r = sigma_q/sigma_p,
                           shift = ((mu_q - mu_p)/sigma_p)^2 / 2.

Written like this, the spread has no correct digit where the posterior is near the prior: there it is about
(r - 1)^2, and the difference of numbers near 1. The kernel takes the difference of the *heads* first, which
is exact or has a known error, and only then a ratio or a function of it:

- scale, variance, precision: d = (q - p)/p, and d - log(1 + d) from the series of atanh(w), w = d/(2 + d);
- logarithm: t = q - p with its rounding error, and exp(x) - 1 - x from its own series;
- softplus: softplus(a) - softplus(b) = log1p(sigmoid(b) expm1(a - b)), in pairs of floats.

Error, in ulp of the correctly rounded result: at most 8. Among millions of random points in all regimes the
largest was 4.7, or 5.4 where the head gives a variance or a precision, just beyond the end of the series.
Both terms are >= 0, and 0 only where the heads, or the means, are equal or the true value rounds to 0. They
are finite wherever the true value is, for subnormal arguments as well. All this relies on numpy's log, exp
and expm1 being good to 1 ulp.

Sources: Kullback (1959), ch. 9; error-free sums and products: Knuth, TAOCP 2, 4.2.2, and Dekker (1971).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from klcli.errors import KlcliError
from klcli.gaussian import pairs
from klcli.gaussian.pairs import Array, Operand

__all__ = ["divergence", "excess", "shift", "spread"]

BLOCK = 32768
"""Elements handled at a time, so that the temporaries stay in the second-level cache."""

# glibc gives freed memory at the top of the heap back to the system, to be faulted in again, unless a larger
# block was freed before; for the temporaries that costs a factor of 3. So free one: 4 MiB, never touched.
np.empty(16 * BLOCK)

SOFTPLUS_ONE = (0.5413248546129181, -1.8138570925507326e-17)
"""log(e - 1), the head with softplus(s) = 1: no float, so the nearest one and the rest."""
SOFTPLUS_TAIL = 40.0
"""softplus(s) is exp(s) below -40 and s above 40, up to a relative exp(-40) = 4e-18."""
SAFE_LOG, SAFE_FACTOR = 430.0, 5.579910311786494e186
"""exp(430) happens to be within 2e-19 of a float: it splits an exponential that would leave the range."""


def divergence(
    mean_q: ArrayLike,
    head_q: ArrayLike,
    mean_p: ArrayLike = 0.0,
    head_p: ArrayLike | None = None,
    parameterization: str = "std",
) -> Array:
    """KL(q || p) of normal distributions, elementwise.

    Args:
        mean_q: mean of the posterior q, any shape.
        head_q: its head, read as `parameterization` says.
        mean_p: mean of the prior p.
        head_p: the prior's head under the same parameterization; None is sigma_p = 1, exactly.
        parameterization: std, var, logstd, logvar, precision, logprecision, softplus or softplusvar.

    Returns:
        spread(...) + shift(...) in nats, float64, in the shape that the arguments broadcast to (a scalar for
        scalars); infinite where it exceeds the largest float.

    Raises:
        KlcliError: for an unknown parameterization, a mean or a head that is not finite, and a scale,
            variance or precision that is not > 0.
    """
    reading = _reading(parameterization)

    def block(q: Array, head: Array, p: Array, *prior: Array) -> Array:
        reading.require(head, *prior)
        result = reading.spread(head, *(prior or reading.unit))
        result += _shift(reading, q, p, *prior)
        return result

    return _blockwise(block, mean_q, head_q, mean_p, *_given(head_p))


def spread(head_q: ArrayLike, head_p: ArrayLike | None = None, parameterization: str = "std") -> Array:
    """The part of KL(q || p) that the scales make, (r^2 - 1 - log r^2)/2 with r = sigma_q/sigma_p, in nats.

    Arguments, shapes and errors raised are those of `divergence`.
    """
    reading = _reading(parameterization)

    def block(head: Array, *prior: Array) -> Array:
        reading.require(head, *prior)
        return reading.spread(head, *(prior or reading.unit))

    return _blockwise(block, head_q, *_given(head_p))


def shift(
    mean_q: ArrayLike, mean_p: ArrayLike = 0.0, head_p: ArrayLike | None = None, parameterization: str = "std"
) -> Array:
    """The part of KL(q || p) that the means make, ((mean_q - mean_p)/sigma_p)^2 / 2, in nats.

    Arguments, shapes and errors raised are those of `divergence`.
    """
    reading = _reading(parameterization)

    def block(q: Array, p: Array, *prior: Array) -> Array:
        reading.require(*prior)
        return _shift(reading, q, p, *prior)

    return _blockwise(block, mean_q, mean_p, *_given(head_p))


def _given(head: ArrayLike | None) -> list[ArrayLike]:
    return [] if head is None else [head]


def _blockwise(function: Callable[..., Array], *operands: ArrayLike) -> Array:
    """A function of 1-d arrays, block by block; nditer broadcasts and copies only what it must."""
    roles: list[list[Any]] = [["readonly"]] * len(operands) + [["writeonly", "allocate"]]
    blocks = np.nditer(
        [*map(np.asarray, operands), None],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=roles,
        op_dtypes=[np.float64] * (len(operands) + 1),
        casting="same_kind",
        buffersize=BLOCK,
    )
    result: Array = blocks.operands[-1]
    with blocks, np.errstate(all="ignore"):
        for *arguments, out in blocks:
            out[...] = function(*arguments)
    return result[()]


def _patch(
    result: Array, where: NDArray[np.bool_], function: Callable[..., Array], *arguments: Operand
) -> None:
    """Put the function's values into the few places that the general way does not serve."""
    if where.any():
        result[where] = function(*(np.broadcast_to(each, where.shape)[where] for each in arguments))


# Scales, variances, precisions. Near equality only d = (q - p)/p has the digits, elsewhere r = q/p is better
# conditioned, so the functions take both.


def excess(d: Array, half_square: Array, r: Array) -> Array:
    """d - log(1 + d), given d^2/2 and r = 1 + d: the series for r in [1/2, 2], the logarithm beyond."""
    w = d / (d + 2.0)
    x = w * w
    result = pairs.series(pairs.ATANH_SERIES, x)
    result *= x
    result += half_square
    result *= w
    np.subtract(half_square, result, out=result)
    near = x <= 1 / 9
    if near.all():
        return result
    far = r - 1.0
    far -= np.log(r)
    return np.where(near, result, far)


def _ratio_spread(power: float, d: Array, r: Array) -> Array:
    """sigma_q/sigma_p = r^power, where r = 1 + d and power is 1 or 1/2."""
    half_square = 0.5 * d
    half_square *= d
    result = excess(d, half_square, r)
    if power == 1.0:
        result += half_square
    else:
        result *= 0.5
    return result


def _vast_ratio(power: float, q: Array, p: Array) -> Array:
    """Where q/p overflows only r^2/2 is left: q/(2p), which may be finite, or a square, which is not."""
    return np.asarray((0.5 * q / p) ** (2.0 * power))


def _vanishing_ratio(power: float, log: Callable[[Array], Array], q: Array, p: Array) -> Array:
    """Where q/p underflows, or has lost digits to that, the logarithms are taken one by one."""
    return -0.5 - power * (log(q) - log(p))


def _linear_spread(power: float, q: Operand, p: Operand) -> Array:
    """sigma = head^power."""
    r = np.asarray(q / p)
    result = _ratio_spread(power, np.asarray((q - p) / p), r)
    _patch(result, r == np.inf, partial(_vast_ratio, power), q, p)
    _patch(result, r < 1e-300, partial(_vanishing_ratio, power, np.log), q, p)
    return result


# Logarithms: log sigma is a multiple, 1 or +-1/2, of the head.


def _log_spread(multiple: float, q: Array, p: Operand | None = None) -> Array:
    """(exp(2t) - 1 - 2t)/2 with t = log sigma_q - log sigma_p; p is None for log sigma_p = 0."""
    t, error = (multiple * q, 0.0) if p is None else pairs.difference(multiple * q, multiple * p)
    x = t + t
    result = pairs.series(pairs.EXP_SERIES, x)
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
    _patch(result, size > 709.0, _huge_log_spread, t, error)
    return result


def _huge_log_spread(t: Array, error: Array) -> Array:
    """Where exp(2t) overflows before its half does, and where t itself has overflowed."""
    root = np.exp(t)
    kept = np.fmax(1.0 + 2.0 * error, 0.5)  # the error is large, or NaN, only where root is infinite
    return np.where(t > 0, 0.5 * root * root * kept, -0.5 - t)


# Softplus: sigma, or sigma^2, is log(1 + exp(s)). In plain floats that is a chain of eight roundings, and the
# spread amplifies it to 12 ulp; so it is done in pairs, and only d and r are rounded.


def _softplus_change(p_rest: float, q: Array, p: Array, value: Array, rest: Array) -> Array:
    """softplus(q)/softplus(p + p_rest) - 1 for |q - p| <= 1/4, where softplus(p) is value + rest."""
    t = pairs.add(*pairs.difference(q, p))
    change, slope = pairs.expm1(pairs.add(t[0], t[1] - p_rest)), pairs.sigmoid(p)
    product, error = pairs.product(change[0], slope[0])
    difference = pairs.log1p((product, error + change[0] * slope[1] + change[1] * slope[0]))
    return pairs.quotient(difference, (value, rest))[0]


def _softplus_spread(power: float, q: Array, p: Operand, p_rest: float = 0.0) -> Array:
    """sigma = softplus(s)^power, and the head of p is p + p_rest."""
    value_q, value_p = pairs.softplus(q), pairs.softplus(p)
    r, r_rest = pairs.quotient(value_q, value_p)
    d = (r - 1.0) + r_rest
    _patch(d, np.abs(q - p) <= 0.25, partial(_softplus_change, p_rest), q, p, *value_p)
    result = _ratio_spread(power, d, r)
    vast = partial(_vast_ratio, power)
    _patch(result, r == np.inf, vast, value_q[0], value_p[0])
    _patch(result, r < 1e-300, partial(_vanishing_ratio, power, _log_softplus), q, p)
    _patch(result, np.minimum(q, p) > SOFTPLUS_TAIL, partial(_linear_spread, power), q, p)
    _patch(result, np.maximum(q, p) < -SOFTPLUS_TAIL, partial(_log_spread, power), q, p)
    underflow = (p < -700.0) & (q >= -SOFTPLUS_TAIL)
    _patch(result, underflow, lambda value, p: vast(SAFE_FACTOR * value, np.exp(p + SAFE_LOG)), value_q[0], p)
    return result


def _log_softplus(s: Array) -> Array:
    return np.where(s < -SOFTPLUS_TAIL, s, np.log(pairs.softplus(s)[0]))


# Shifts: from a difference of means and the head of p to the difference in units of sigma_p.


def _by_log(multiple: float, difference: Array, p: Array) -> Array:
    exponent = -multiple * p
    result = difference * np.exp(exponent)
    _patch(result, np.abs(exponent) > 700.0, _times_exp, difference, exponent)
    return result


def _times_exp(factor: Array, exponent: Array) -> Array:
    """factor * exp(exponent) where the exponential alone may leave the range."""
    safe = np.copysign(SAFE_LOG, exponent)
    scaled = np.where(exponent > 0, factor * SAFE_FACTOR, factor / SAFE_FACTOR)
    return np.where(factor == 0, 0.0, scaled * np.exp(exponent - safe))


def _by_softplus(power: float, difference: Array, p: Array) -> Array:
    value = pairs.softplus(p)[0]
    result = difference / (value if power == 1.0 else np.sqrt(value))
    _patch(result, p < -SOFTPLUS_TAIL, partial(_by_log, power), difference, p)
    return result


def _shift(reading: _Reading, q: Array, p: Array, *prior: Array) -> Array:
    def scaled(difference: Array) -> Array:
        return reading.scaled(difference, *prior) if prior else difference

    difference = q - p
    z = scaled(difference)
    result = 0.5 * z
    result *= z
    if not result.max() < np.inf:  # an overflow, perhaps only of the difference, or a mean that is not finite
        for mean in (q, p):
            _require("a mean", mean)
        _patch(result, np.isinf(difference), lambda half: 2.0 * half * half, scaled(0.5 * q - 0.5 * p))
    return result


def _require(what: str, values: Array, positive: bool = False) -> None:
    low = 0.0 if positive else -np.inf
    if values.min() > low and values.max() < np.inf:  # false with a NaN among them
        return
    wrong = values[~((values > low) & (values < np.inf))][0]
    if positive:
        hint = "a head that can be negative is a logarithm or a softplus: logstd, logvar, softplus"
        raise KlcliError(f"{what} must be > 0 and finite, got {wrong}", hint)
    raise KlcliError(f"{what} must be finite, got {wrong}")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the kernel does under one parameterization.

    Attributes:
        name: of the parameterization.
        spread: a function of the head of q and the head of p, or of the head of q and `unit`.
        scaled: a function of a difference of means and the head of p: the difference in units of sigma_p.
        unit: stands for the head of p where sigma_p = 1.
        positive: whether heads must be > 0.
    """

    name: str
    spread: Callable[..., Array]
    scaled: Callable[[Array, Array], Array]
    unit: tuple[float, ...] = ()
    positive: bool = False

    def require(self, *heads: Array) -> None:
        for head in heads:
            _require(self.name, head, self.positive)


_std, _var = partial(_linear_spread, 1.0), partial(_linear_spread, 0.5)
_READINGS = (
    _Reading("std", _std, np.divide, (1.0,), positive=True),
    _Reading("var", _var, lambda n, p: n / np.sqrt(p), (1.0,), positive=True),
    _Reading("logstd", partial(_log_spread, 1.0), partial(_by_log, 1.0)),
    _Reading("logvar", partial(_log_spread, 0.5), partial(_by_log, 0.5)),
    _Reading("precision", lambda q, p: _var(p, q), lambda n, p: n * np.sqrt(p), (1.0,), positive=True),
    _Reading("logprecision", partial(_log_spread, -0.5), partial(_by_log, -0.5)),
    _Reading("softplus", partial(_softplus_spread, 1.0), partial(_by_softplus, 1.0), SOFTPLUS_ONE),
    _Reading("softplusvar", partial(_softplus_spread, 0.5), partial(_by_softplus, 0.5), SOFTPLUS_ONE),
)


def _reading(parameterization: str) -> _Reading:
    for reading in _READINGS:
        if reading.name == parameterization:
            return reading
    names = ", ".join(reading.name for reading in _READINGS)
    raise KlcliError(f"unknown parameterization {parameterization!r}", f"one of: {names}")

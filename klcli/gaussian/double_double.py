"""Series, and double-double arithmetic, for the parts of the kernel where 53 bits are not enough.

A pair is an unevaluated sum of a float and its rounding error. Sources: error-free sums and products, Knuth
(TAOCP 2, 4.2.2) and Dekker (1971).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
FloatOperand = FloatArray | float
DoubleDouble = tuple[FloatArray, FloatArray]
"""An unevaluated sum, high + low, of about 100 bits."""

# Polynomials, highest power first: the function interpolated in the Chebyshev nodes of the interval, by
# mpmath at 60 digits, and rounded to float64. The test derives them anew and measures the errors given here.
# fmt: off
ATANH_SERIES = (
    0.1616404561194353, 0.08800738486144674, 0.12001072809590713, 0.13314144209654935, 0.15385570064958623,
    0.18181789436132859, 0.22222222717427864, 0.2857142856710876, 0.40000000000014585, 0.6666666666666666,
)
"""S(x) = 2 (atanh(w)/w - 1)/x with x = w^2 on [0, 1/9], error 1.4e-16; log(1 + d) = w (2 + x S(x))."""
ATANH_END = 1 / 9
"""Where the interval of that series ends: 1 + d is 1/2 or 2 there."""
EXP_SERIES = (
    7.739072467121704e-13, 1.1627098130423447e-11, 1.6057892794603187e-10, 2.087479843099664e-09,
    2.5052115297914698e-08, 2.755733098715279e-07, 2.75573192038147e-06, 2.4801587267259408e-05,
    0.00019841269841295063, 0.001388888888893181, 0.008333333333333325, 0.04166666666666651,
    0.16666666666666666,
)
"""Q(x) = (exp(x) - 1 - x - x^2/2)/x^3 on [-1, 1], error 2.4e-17; exp(x) = 1 + x + x^2 (1/2 + x Q(x))."""
# fmt: on
EXPM1_END = 0.25
"""Size up to which `expm1` keeps the digits of a pair; beyond it 1 loses none to exp."""
_GONE = -800.0
"""exp is 0 from -745.14 on; a number far below would overflow the exponent."""
_PER_LOG_2 = 1.4426950408889634
"""1/log 2, for the nearest power of 2."""
_LOG_2, _REST_OF_LOG_2 = 0.6931471803691238, 1.9082149292705877e-10
"""Their sum is log 2 to 85 bits. The first ends in 21 zero bits: times up to 800/log 2 is exact."""


def series(coefficients: tuple[float, ...], x: FloatArray) -> FloatArray:
    """The polynomial with these coefficients, highest power first, by Horner's rule."""
    total = x * coefficients[0]
    total += coefficients[1]
    for coefficient in coefficients[2:]:
        total *= x
        total += coefficient
    return total


def difference(a: FloatOperand, b: FloatOperand) -> DoubleDouble:
    """a - b, exactly (Knuth)."""
    t = np.asarray(a - b)
    v = a - t
    return t, (v - b) + (a - (t + v))


def add(a: FloatOperand, b: FloatOperand) -> DoubleDouble:
    """a + b, exactly, for |a| >= |b| or a = 0 (Dekker)."""
    high = np.asarray(a + b)
    return high, b - (high - a)


def product(a: FloatArray, b: FloatArray) -> DoubleDouble:
    """a b, exactly (Dekker)."""
    a_high, b_high = a * 134217729.0, b * 134217729.0  # 2^27 + 1: halves of 26 bits
    a_high -= a_high - a
    b_high -= b_high - b
    a_low, b_low = a - a_high, b - b_high
    high = a * b
    error = a_high * b_high
    error -= high
    error += a_low * b_high
    error += a_high * b_low
    a_low *= b_low
    error += a_low
    return high, error


def quotient(a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """a / b, to about 100 bits."""
    high = a[0] / b[0]
    whole, error = product(high, b[0])
    low = a[0] - whole
    low -= error
    low += a[1]
    low -= high * b[1]
    low /= b[0]
    finite = np.isfinite(low)
    # above 1e300 the halves overflow; high will do
    return add(high, low if finite.all() else np.where(finite, low, 0.0))


def exp(x: FloatOperand) -> DoubleDouble:
    """The exponential of x <= 0."""
    x = np.maximum(x, _GONE)
    k = np.rint(x * _PER_LOG_2)
    y, rest = add(x - k * _LOG_2, k * -_REST_OF_LOG_2)
    high, low = add(1.0, y)
    high, low = add(high, low + (rest * high + y * y * (0.5 + y * series(EXP_SERIES, y))))
    return np.ldexp(high, k.astype(np.int32)), np.ldexp(low, k.astype(np.int32))


def log1p(x: DoubleDouble) -> DoubleDouble:
    """log(1 + x) for -1/2 <= x <= 1."""
    high, low = add(2.0, x[0])
    w, rest = quotient(x, (high, low + x[1]))
    square = w * w
    return add(2.0 * w, 2.0 * rest + w * square * series(ATANH_SERIES, square))


def expm1(t: DoubleDouble) -> DoubleDouble:
    """exp(t) - 1 for |t| <= `EXPM1_END`."""
    return add(t[0], t[1] * (1.0 + t[0]) + t[0] * t[0] * (0.5 + t[0] * series(EXP_SERIES, t[0])))


def softplus(s: FloatOperand) -> DoubleDouble:
    """log(1 + exp(s))."""
    tail = log1p(exp(-np.abs(s)))
    high, low = difference(np.maximum(s, 0.0), -tail[0])
    return add(high, low + tail[1])


def sigmoid(s: FloatArray) -> DoubleDouble:
    """1/(1 + exp(-s)), the derivative of softplus."""
    e = exp(-np.abs(s))
    high, low = add(1.0, e[0])
    numerator = np.where(s > 0.0, 1.0, e[0]), np.where(s > 0.0, 0.0, e[1])
    return quotient(numerator, (high, low + e[1]))

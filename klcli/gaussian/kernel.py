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

from functools import cache
from importlib import import_module
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from klcli.gaussian import few_elements
from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.elementwise import BLOCK, ArrayArgument, elementwise, require
from klcli.gaussian.kernel_table import ArrayKernel
from klcli.gaussian.kernel_terms import excess, patch
from klcli.values import dataclass

__all__ = ["BLOCK", "divergence", "excess", "shift", "spread"]


def divergence(
    mean_q: ArrayLike,
    head_q: ArrayLike,
    mean_p: ArrayLike = 0.0,
    head_p: ArrayLike | None = None,
    parameterization: str = "std",
    *,
    out: NDArray[Any] | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray[Any]:
    """KL(q || p) of normal distributions, elementwise.

    Args:
        mean_q: mean of the posterior q, any shape. Masked arrays keep their masks: the result is masked
            wherever an argument is, and what lies below a mask is not looked at.
        head_q: its head, read as `parameterization` says.
        mean_p: mean of the prior p.
        head_p: the prior's head under the same parameterization; None is sigma_p = 1, exactly.
        parameterization: std, var, logstd, logvar, precision, logprecision, softplus, softplusvar or sigmoid.
        out: an array of floats, of the shape that the arguments broadcast to, which receives the result and
            is returned; it may be one of the arguments or overlap with them.
        dtype: of the result, a type of floats; the default is float64, also for arguments in float32. The
            arithmetic is that of float64, rounded once at the end.

    Returns:
        spread(...) + shift(...) in nats, in the shape that the arguments broadcast to (a scalar for scalars);
        infinite where it exceeds the largest float of its type.

    Raises:
        KlcliError: for an unknown parameterization; a mean or a head that is not finite, and a scale,
            variance or precision that is not > 0, with its place; arguments that are no floats or integers
            or do not broadcast; an `out` or `dtype` that cannot hold the result.
    """
    reading = _reading(parameterization)
    if out is None and dtype is None and reading.kernel.few:
        found = few_elements.divergence(reading.kernel.few, mean_q, head_q, mean_p, head_p)
        if found is not None:
            return cast("NDArray[Any]", found)
    prior = [] if head_p is None else [head_p]
    operands = (_MEANS[0], reading.heads[0], _MEANS[1], *reading.heads[1 : 1 + len(prior)])
    return elementwise(reading.divergence, operands, [mean_q, head_q, mean_p, *prior], out, dtype)


def spread(
    head_q: ArrayLike,
    head_p: ArrayLike | None = None,
    parameterization: str = "std",
    *,
    out: NDArray[Any] | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray[Any]:
    """The part of KL(q || p) that the scales make, (r^2 - 1 - log r^2)/2 with r = sigma_q/sigma_p, in nats.

    Arguments, shapes and errors raised are those of `divergence`.
    """
    reading = _reading(parameterization)
    given = [head_q] if head_p is None else [head_q, head_p]
    return elementwise(reading.spread, reading.heads[: len(given)], given, out, dtype)


def shift(
    mean_q: ArrayLike,
    mean_p: ArrayLike = 0.0,
    head_p: ArrayLike | None = None,
    parameterization: str = "std",
    *,
    out: NDArray[Any] | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray[Any]:
    """The part of KL(q || p) that the means make, ((mean_q - mean_p)/sigma_p)^2 / 2, in nats.

    Arguments, shapes and errors raised are those of `divergence`.
    """
    reading = _reading(parameterization)
    prior = [] if head_p is None else [head_p]
    operands = (*_MEANS, *reading.heads[1 : 1 + len(prior)])
    return elementwise(reading.shift, operands, [mean_q, mean_p, *prior], out, dtype)


def _shift(kernel: ArrayKernel, q: FloatArray, p: FloatArray, *prior: FloatArray) -> FloatArray:
    def scaled(difference: FloatArray) -> FloatArray:
        return kernel.scaled(difference, *prior) if prior else difference

    difference = q - p
    z = scaled(difference)
    result = 0.5 * z
    result *= z
    if not result.max() < np.inf:  # an overflow, perhaps only of the difference, or a mean that is not finite
        for mean in (q, p):
            require(mean)
        patch(result, np.isinf(difference), lambda half: 2.0 * half * half, scaled(0.5 * q - 0.5 * p))
    return result


@dataclass(frozen=True, slots=True)
class _Reading:
    """A reading of the heads: its kernel, and what the heads have to be; of blocks what it makes of them."""

    kernel: ArrayKernel
    heads: tuple[ArrayArgument, ArrayArgument]

    def divergence(self, q: FloatArray, head: FloatArray, p: FloatArray, *prior: FloatArray) -> FloatArray:
        result = self.spread(head, *prior)
        result += _shift(self.kernel, q, p, *prior)
        return result

    def spread(self, head: FloatArray, *prior: FloatArray) -> FloatArray:
        self.require(head, *prior)
        return self.kernel.spread(head, *(prior or self.kernel.unit))

    def shift(self, q: FloatArray, p: FloatArray, *prior: FloatArray) -> FloatArray:
        self.require(*prior)
        return _shift(self.kernel, q, p, *prior)

    def require(self, *heads: FloatArray) -> None:
        """Check the heads of a block.

        Raises:
            InvalidError: one is not allowed.
        """
        for head, operand in zip(heads, self.heads, strict=False):
            require(head, operand.positive)


_MEANS = (ArrayArgument("mean_q", "a mean"), ArrayArgument("mean_p", "a mean"))


@cache
def _reading(parameterization: str) -> _Reading:
    """What the row of that name says. It is looked up late: the table reads formulas.

    Raises:
        KlcliError: no such parameterization.
    """
    from klcli.gaussian.parameterization import find

    row = find(parameterization)
    positive = row.domain == "positive"
    heads = ArrayArgument("head_q", row.name, positive), ArrayArgument("head_p", row.name, positive)
    if row.kernel:
        module, _, name = row.kernel.partition(":")
        return _Reading(getattr(import_module(module), name), heads)
    from klcli.gaussian.fallback_kernel import kernel_by_formula

    return _Reading(kernel_by_formula(row), heads)

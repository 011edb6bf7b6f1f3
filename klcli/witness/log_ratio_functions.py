"""The functions of the log ratio whose averages over samples of q estimate KL(q || p).

Each is an average over x drawn from q of a function of l = log q(x) - log p(x), that is of the ratio
r = p(x)/q(x) = exp(-l) (Schulman, Approximating KL divergence, 2020). They take log ratios as an array of
any shape, and return a new one.
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEAR = 0.5
"""Of abs(l): beyond, a fifth or more is left of exp(-l) - 1 and l, so that few bits are lost."""
_SERIES = tuple((-1) ** k / factorial(k) for k in range(16, 1, -1))
"""The coefficients of l^16 to l^2 in exp(-l); what is left out is below 1e-16 of the sum for |l| <= 1/2."""


def k1(log_ratio: NDArray[Any]) -> NDArray[Any]:
    """-log r."""
    return log_ratio.copy()


def k2(log_ratio: NDArray[Any]) -> NDArray[Any]:
    """(log r)^2 / 2."""
    half: NDArray[Any] = 0.5 * log_ratio
    half *= log_ratio
    return half


def k3(log_ratio: NDArray[Any]) -> NDArray[Any]:
    """r - 1 - log r, with all of its digits near r = 1; infinite where r is beyond the doubles."""
    import numpy

    with numpy.errstate(over="ignore"):  # a ratio beyond the doubles is infinite
        ratio: NDArray[Any] = numpy.expm1(-log_ratio)
    ratio += log_ratio
    near = numpy.abs(log_ratio) <= _NEAR
    if near.any():
        ratio[near] = _k3_near(log_ratio[near])
    return ratio


def _k3_near(log_ratio: NDArray[Any]) -> NDArray[Any]:
    """exp(-l) - 1 + l by its Taylor series: the difference of the two would lose the digits of a small l."""
    total: NDArray[Any] = log_ratio * _SERIES[0]
    for coefficient in _SERIES[1:]:
        total += coefficient
        total *= log_ratio
    total *= log_ratio
    return total

"""Estimators of KL(q || p) from the log ratio of the densities at samples of q.

Each is an average over x drawn from q of a function of l = log q(x) - log p(x), that is of the ratio
r = p(x)/q(x) = exp(-l) (Schulman, Approximating KL divergence, 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RATIO_ESTIMATORS", "RatioEstimator"]

_NEAR = 0.5
_SERIES = tuple((-1) ** k / factorial(k) for k in range(16, 1, -1))
"""The coefficients of l^16 to l^2 in exp(-l); what is left out is below 1e-16 of the sum for |l| <= 1/2."""


@dataclass(frozen=True, slots=True)
class RatioEstimator:
    """A function of the log ratio whose average over q estimates the KL.

    Attributes:
        name: as it is known in RLHF.
        formula: the function, in r = p(x)/q(x).
        unbiased: whether its expectation is the KL.
        of: the function; takes log q(x) - log p(x), an array of any shape, and returns a new one.
    """

    name: str
    formula: str
    unbiased: bool
    of: Callable[[NDArray[Any]], NDArray[Any]]


def _k1(log_ratio: NDArray[Any]) -> NDArray[Any]:
    return log_ratio.copy()


def _k2(log_ratio: NDArray[Any]) -> NDArray[Any]:
    half: NDArray[Any] = 0.5 * log_ratio
    half *= log_ratio
    return half


def _k3(log_ratio: NDArray[Any]) -> NDArray[Any]:
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


RATIO_ESTIMATORS: Mapping[str, RatioEstimator] = {
    row.name: row
    for row in (
        RatioEstimator("k1", "-log r", True, _k1),
        RatioEstimator("k2", "(log r)^2 / 2", False, _k2),
        RatioEstimator("k3", "r - 1 - log r", True, _k3),
    )
}
"""k3 is unbiased as long as the expectation of r is 1: p must not have mass where q has none."""

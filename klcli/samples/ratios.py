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

__all__ = ["DEFAULT_ESTIMATOR", "RATIO_ESTIMATORS", "Gradient", "RatioEstimator"]

DEFAULT_ESTIMATOR = "k1"


@dataclass(frozen=True, slots=True)
class Gradient:
    """What a gradient is on average over samples of q, where grad differentiates q's parameters.

    Attributes:
        expectation: the average.
        optimises: the divergence or the function that it is the gradient of.
    """

    expectation: str
    optimises: str


_LEAST_ROWS = 100
"""With 30 rows 95 % intervals cover 87 %."""
_LEAST_FOR_PILOT = 5000
"""A fifth of a pilot is its tail, which is told by a hundred rows and more."""
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
        exponential: whether r itself stands in it: its error then needs the moments of r and not of log r,
            and a pilot decides on its error bar.
        least_rows: below, its standard error is itself too uncertain.
        of: the function; takes log q(x) - log p(x), an array of any shape, and returns a new one.
        as_loss: the gradient of the function at fixed samples, through log q(x) (Tang and Munos, On a few
            pitfalls in KL divergence gradient estimation for RL, 2025).
        in_reward: the gradient where the function is a coefficient of grad log q(x) that is not
            differentiated, as a penalty within a reward is.
    """

    name: str
    formula: str
    unbiased: bool
    exponential: bool
    least_rows: int
    of: Callable[[NDArray[Any]], NDArray[Any]]
    as_loss: Gradient
    in_reward: Gradient


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
        RatioEstimator(
            name="k1",
            formula="-log r",
            unbiased=True,
            exponential=False,
            least_rows=_LEAST_ROWS,
            of=_k1,
            as_loss=Gradient("E_q[grad log q] = 0", "nothing: noise around 0"),
            in_reward=Gradient("E_q[log(q/p) grad log q]", "KL(q || p)"),
        ),
        RatioEstimator(
            name="k2",
            formula="(log r)^2 / 2",
            unbiased=False,
            exponential=False,
            least_rows=_LEAST_ROWS,
            of=_k2,
            as_loss=Gradient("E_q[log(q/p) grad log q]", "KL(q || p)"),
            in_reward=Gradient("E_q[1/2 log(q/p)^2 grad log q]", "E_q[k2] - KL(q || p)"),
        ),
        RatioEstimator(
            name="k3",
            formula="r - 1 - log r",
            unbiased=True,
            exponential=True,
            least_rows=_LEAST_FOR_PILOT,
            of=_k3,
            as_loss=Gradient("E_q[(1 - p/q) grad log q]", "KL(p || q)"),
            in_reward=Gradient("E_q[(p/q - 1 + log(q/p)) grad log q]", "KL(q || p) - KL(p || q)"),
        ),
    )
}
"""k3 is unbiased as long as the expectation of r is 1: p must not have mass where q has none."""

"""What is known of the KL of a Gaussian to a mixture without integrating: bounds, each with its source."""

from __future__ import annotations

from math import exp, hypot, inf, isfinite, log, log1p
from typing import Literal

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.heads import Heads
from klcli.gaussian.machine import EPSILON
from klcli.gaussian.priors.mixture import Mixture, MixtureLogRatio, mixture_log_ratio
from klcli.values import dataclass

_HERSHEY = (
    "Hershey and Olsen, Approximating the Kullback Leibler divergence between Gaussian mixture models, "
    "ICASSP 2007"
)

_UNITS = 4
"""Roundings of a term that are allowed for: its KL and its logarithm are rounded, and the sum is."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A value that KL(q || p) is not above or not below.

    Attributes:
        name: what it is known as.
        kind: on which side of the KL it lies.
        value: in the unit of what it belongs to.
        rounding: a bound on the error of its arithmetic.
        formula: with q the posterior, w_k the weights and p_k the components.
        source: where it is from; empty where the formula says it.
    """

    name: str
    kind: Literal["upper", "lower"]
    value: float
    rounding: float
    formula: str
    source: str


def mixture_bounds(q: Gaussian[Heads], p: Mixture) -> tuple[Bound, ...]:
    """Bounds in nats of KL(q || p) for a mixture p, in any dimension; the tightest upper bound first.

    The variational approximation of Hershey and Olsen is no bound between two mixtures; for a single
    Gaussian q it is one, from above: log sum_k w_k p_k >= sum_k f_k log(w_k p_k / f_k) for all shares f_k
    that add up to 1, and the average over q is largest for f_k proportional to w_k exp(-KL(q || p_k)).
    """
    weights = [float(weight) for weight in p.weights]
    parts = [_divergence(q, component) for component in p.components]
    joint = list(zip(weights, parts, strict=True))
    variational = -_log_sum([log(weight) - part for weight, part in joint])
    nearest = min(part - log(weight) for weight, part in joint)
    convexity = sum(weight * part for weight, part in joint)
    rounding = _UNITS * EPSILON * (len(weights) + 1 - log(min(weights)))
    return (
        Bound(
            "variational approximation, for a single Gaussian q an upper bound",
            "upper",
            variational,
            rounding * (1 + abs(nearest)),
            "-log sum_k w_k exp(-KL(q || p_k))",
            _HERSHEY,
        ),
        Bound(
            "nearest component",
            "upper",
            nearest,
            rounding * (1 + abs(nearest)),
            "min_k (KL(q || p_k) - log w_k), as p >= w_k p_k for every k",
            "",
        ),
        Bound(
            "convexity bound",
            "upper",
            convexity,
            rounding * convexity if isfinite(convexity) else 0.0,
            "sum_k w_k KL(q || p_k)",
            "Cover and Thomas, Elements of Information Theory, 2006, theorem 2.7.2",
        ),
        _jensen(mixture_log_ratio(q, p)),
    )


def _jensen(pair: MixtureLogRatio) -> Bound:
    return Bound(
        "product of Gaussians, from Jensen's inequality",
        "lower",
        _product(pair),
        pair.rounding(),
        "-H(q) - log sum_k w_k integral of q p_k",
        _HERSHEY,
    )


def _divergence(q: Gaussian[Heads], component: Gaussian[Heads]) -> float:
    """Correctly rounded; infinite where it is beyond the doubles."""
    try:
        return divergence(q, component).value
    except KlcliError:
        return inf


def _product(pair: MixtureLogRatio) -> float:
    """Minus the log of sum_k w_k prod sqrt(e r^2/(1 + r^2)) exp(-o^2/(2 (1 + r^2))), o and r as in scores."""
    exponents = []
    for log_weight, row in zip(pair.log_weights, pair.log_ratios, strict=True):
        exponent = log_weight
        for part in row:
            distance = part.offset / hypot(1.0, part.ratio)
            # r^2/(1 + r^2) = 1/(1 + 1/r^2), whichever has the smaller power
            spread = part.log_sigma_q - part.log_sigma_p
            share = -0.5 * log1p(exp(-2 * spread)) if spread > 0 else spread - 0.5 * log1p(exp(2 * spread))
            exponent += 0.5 + share - 0.5 * distance * distance
        exponents.append(exponent)
    return -_log_sum(exponents)


def _log_sum(exponents: list[float]) -> float:
    """The log of a sum of exponentials, without overflow."""
    largest = max(exponents)
    if largest == -inf:
        return -inf
    return largest + log(sum(exp(exponent - largest) for exponent in exponents))

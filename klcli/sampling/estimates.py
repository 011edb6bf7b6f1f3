"""KL(q || p) from a table of log ratios: the estimates, which of their error bars hold, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal, TypeAlias

from klcli.sampling.moments import Moments
from klcli.sampling.ratio_sums import RatioSums, Tail
from klcli.sampling.ratios import RATIO_ESTIMATORS, RatioEstimator

__all__ = [
    "CERTAIN",
    "FINITE_VARIANCE",
    "LEAST_ROWS",
    "LIMIT",
    "PRACTICAL",
    "Estimation",
    "RatioEstimate",
    "RatioMean",
    "Reliability",
    "Sign",
    "estimation",
]

LIMIT = 5.0
"""Standard errors beyond which a mean is not what it should be: 6 false alarms in 10 million tables."""
CERTAIN = 15.0
"""A log ratio of all rows together that samples of q exceed once in 3 million tables, which is exp(15).

An event of probability 15/n is missed by n rows as rarely.
"""
LEAST_ROWS = 100
"""Below this the standard error is itself too uncertain: with 30 rows 95 % intervals cover 87 %."""
FINITE_VARIANCE, PRACTICAL = 0.5, 0.7
"""Shapes of a tail: below the first an average has an error bar, beyond the second it is no estimate."""

_NORMAL_95, _NORMAL_90 = 1.959963984540054, 1.6448536269514722
_FAR = 3.0
"""Standard errors of the mean of r from 1 beyond which k3, which is that mean - 1 + k1, is off as far."""

Reliability: TypeAlias = Literal[
    "valid", "biased", "few-rows", "uncertain-tail", "heavy-tail", "off-mean", "beyond-doubles", "infinite"
]
"""Why an error bar holds or does not:

valid: it does. biased: it is one of the expectation, which is not the KL. few-rows: fewer than
`LEAST_ROWS`, or too few for a tail. uncertain-tail: the shape of the tail may be beyond `FINITE_VARIANCE`.
heavy-tail: it is beyond `PRACTICAL`. off-mean: the mean of r is not 1. beyond-doubles, infinite: there is no
value.
"""

Sign: TypeAlias = Literal["positive", "zero", "noise", "unclear", "bug"]
"""What the sign of k1 says; the last three are of negative values."""


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """The average of one estimator.

    Attributes:
        estimator: which one.
        value: the average; inf where p(x) = 0 in a row, None where it is beyond the doubles.
        standard_error: one standard error of the average, None where it has none.
        reliability: whether that is an error bar of the KL.
        interval: 95 % of it, where it is.
    """

    estimator: RatioEstimator
    value: float | None
    standard_error: float | None
    reliability: Reliability
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class RatioMean:
    """The mean of r = p/q, which is 1 for samples of q, or of 1/r, which is 1 for samples of p.

    Attributes:
        value: the mean; None beyond the doubles.
        standard_error: one standard error of it.
        z: its distance from 1 in standard errors; None where there is none.
        verdict: ``agrees`` within `LIMIT` standard errors, ``unclear`` if only an event that the rows missed
            explains the rest, ``above`` or ``below`` beyond that; ``unknown`` where the standard error says
            nothing.
    """

    value: float | None
    standard_error: float | None
    z: float | None
    verdict: Literal["agrees", "unclear", "above", "below", "unknown"]


@dataclass(frozen=True, slots=True)
class Estimation:
    """All that a table says about KL(q || p), in nats.

    Attributes:
        rows: the samples.
        infinite_rows: those with p(x) = 0.
        negative_rows: those where k1 is negative.
        estimates: k1, k2 and k3.
        effective_size: of the weights r, in rows.
        ratio: the mean of r = p/q.
        inverse: the mean of 1/r = q/p.
        ratio_tail: the tail of r.
        log_ratio_tail: the tail of -log r.
        sign: what the sign of k1 says.
        exchanged: whether the columns fit once they are exchanged, and do not fit as they are.
    """

    rows: int
    infinite_rows: int
    negative_rows: int
    estimates: tuple[RatioEstimate, ...]
    effective_size: float
    ratio: RatioMean
    inverse: RatioMean
    ratio_tail: Tail
    log_ratio_tail: Tail
    sign: Sign
    exchanged: bool

    @property
    def consistent(self) -> bool:
        """Whether the rows can be samples of q, with both log densities as they are."""
        return self.sign != "bug" and self.ratio.verdict not in ("above", "below")

    @property
    def k1(self) -> RatioEstimate:
        """The estimate that is unbiased whatever p is."""
        return self.estimates[0]


def estimation(sums: RatioSums) -> Estimation:
    """The estimates of a table of two rows or more."""
    tail, inverse_tail, log_tail = sums.ratio_tail(), sums.inverse_tail(), sums.log_ratio_tail()
    ratio = _ratio_mean(sums.ratio, certain=_has_variance(tail, LIMIT))
    inverse = _ratio_mean(sums.inverse, certain=True)
    of_r = _of_tail(tail, _NORMAL_90)
    if of_r == "valid" and abs(sums.ratio.mean) > _FAR * (ratio.standard_error or 0.0):
        of_r = "off-mean"
    reliabilities: dict[str, Reliability] = {
        "k1": _of_tail(log_tail, 0.0),
        "k2": "biased",
        "k3": of_r,
    }
    estimates = tuple(
        _estimate(row, sums.estimators[name], reliabilities[name], infinite=sums.infinite > 0)
        for name, row in RATIO_ESTIMATORS.items()
    )
    sign = _sign(estimates[0], sums.count)
    wrong = sign == "bug" or ratio.verdict == "above"
    return Estimation(
        rows=sums.count,
        infinite_rows=sums.infinite,
        negative_rows=sums.negative,
        estimates=estimates,
        effective_size=sums.weights.effective_size,
        ratio=ratio,
        inverse=inverse,
        ratio_tail=tail,
        log_ratio_tail=log_tail,
        sign=sign,
        exchanged=wrong and inverse.verdict == "agrees" and _has_variance(inverse_tail, 0.0),
    )


def _of_tail(tail: Tail, margin: float) -> Reliability:
    """Whether an average with such a tail has an error bar.

    The tail of r is that of an exponential, and deceives where few rows are: its shape has to be below the
    limit with a margin. For log r none is needed: its intervals were seen to cover without.
    """
    if tail.shape is None and not tail.bounded:
        return "few-rows"
    if _has_variance(tail, margin):
        return "valid"
    return "heavy-tail" if tail.shape is not None and tail.shape >= PRACTICAL else "uncertain-tail"


def _has_variance(tail: Tail, margin: float) -> bool:
    """Whether the variance is finite, to a margin in standard errors of the shape."""
    if tail.shape is None:
        return tail.bounded
    return tail.shape + margin * tail.shape_error < FINITE_VARIANCE


def _estimate(
    row: RatioEstimator, moments: Moments, reliability: Reliability, *, infinite: bool
) -> RatioEstimate:
    if infinite:
        return RatioEstimate(row, inf, None, "infinite", None)
    error = moments.standard_error
    if not isfinite(error):
        value = moments.mean if isfinite(moments.mean) else None
        return RatioEstimate(row, value, None, "beyond-doubles", None)
    if moments.count < LEAST_ROWS and reliability == "valid":
        reliability = "few-rows"
    half = _NORMAL_95 * error
    interval = (moments.mean - half, moments.mean + half) if reliability == "valid" else None
    return RatioEstimate(row, moments.mean, error, reliability, interval)


def _ratio_mean(moments: Moments, *, certain: bool) -> RatioMean:
    """The mean of a ratio from the moments of the ratio - 1.

    The rows may have missed an event of the q-probability u = `CERTAIN` / n, so that the expectation of r
    over the others is up to 1/(1 - u); a mean below 1 is allowed to be so by as much. A tail without a
    variance that was not sampled makes the mean too small, and never too large.

    Args:
        moments: of the ratio - 1.
        certain: whether the variance of the ratio is finite beyond doubt.
    """
    error = moments.standard_error if moments.count > 1 else inf
    if not isfinite(error):
        return RatioMean(None, None, None, "unknown")
    mean, z = moments.mean, moments.mean / error if error > 0 else None
    if moments.count < LEAST_ROWS or (mean < 0 and not certain):
        return RatioMean(1 + mean, error, z, "unknown")
    beyond = abs(mean) - LIMIT * error
    if beyond <= CERTAIN / moments.count:
        return RatioMean(1 + mean, error, z, "agrees" if beyond <= 0 else "unclear")
    return RatioMean(1 + mean, error, z, "above" if mean > 0 else "below")


def _sign(k1: RatioEstimate, rows: int) -> Sign:
    """Whether a negative k1 is noise.

    For n samples of q the product of all r has the expectation 1 (at most), so that by Markov's inequality
    -n k1 = sum log r exceeds c with a probability below exp(-c), whatever q, p and n are.
    """
    if k1.value is None or k1.value >= 0:
        return "zero" if k1.value == 0 else "positive"
    if -k1.value * rows > CERTAIN:
        return "bug"
    if k1.standard_error is None or -k1.value <= LIMIT * k1.standard_error:
        return "noise"
    return "unclear"

"""Where the error bar of an estimate is valid, and how many standard errors it is wide."""

from __future__ import annotations

from math import exp, expm1, inf

from klcli.formula.numeral import significant
from klcli.gaussian.log_ratio import LogRatio

LIMIT = 5.0
"""Standard errors beyond which an estimate disagrees: 6 false alarms in 10 million runs."""

_FALSE_ALARMS = 5.733e-7
"""Beyond five standard errors on either side, of a normal distribution."""
_OUTSIDE = 0.05
"""Of the probability, beyond both ends of an interval of 95 %."""
_NORMAL = 1.959963984540054
"""The 97.5th percentile of the normal distribution: an interval of 95 %."""

_SAMPLES_PER_KURTOSIS = 700
"""The coverage of a nominal 95 % interval of n samples is off by 0.25 skewness^2/n (Hall, The bootstrap and
Edgeworth expansion, 1992). The squared skewness of k3 is at most 14 times the kurtosis of r, whatever the two
Gaussians (the tests scan it): with 50 samples for each unit of it the interval is off by half a percent."""
_NEAR = 1e-4
"""Variance of r below which rounding hides the fourth moment."""
_KURTOSIS_NEAR = 20.0
"""The kurtosis of r where its variance is below `_NEAR`, where rounding hides it; at most 17."""
_COUNTABLE = 1e15
"""Beyond it doubles are no whole numbers any more."""
_LARGE = 300.0
"""Whose exponential and its square are doubles."""


def quantile(degrees: int | None) -> float:
    """Standard errors on each side of a 95 % interval; `degrees` None is the normal distribution."""
    return _NORMAL if degrees is None else _student(degrees, _OUTSIDE)


def limit(degrees: int | None) -> float:
    """Standard errors beyond which an estimate disagrees, with false alarms as rare as at `LIMIT`."""
    return LIMIT if degrees is None else _student(degrees, _FALSE_ALARMS)


def against_ratio(log_ratio: LogRatio, samples: int) -> str:
    """Why an average of r - 1 - log r has no valid error bar with so many samples; empty if it has one."""
    second, third, fourth = (log_ratio.log_moment(order) for order in (2, 3, 4))
    if second is None or third is None or fourth is None:
        return "the moments of p/q under q are not known"
    if second == inf:
        return "the ratio p/q has infinite variance under q"
    if fourth == inf:
        return "the fourth moment of p/q under q is infinite: rare samples carry its spread"
    needed = _SAMPLES_PER_KURTOSIS * _kurtosis(second, third, fourth)
    if samples >= needed:
        return ""
    count = f"about {significant(needed, 1)}" if needed < _COUNTABLE else "more than 1e15"
    return f"rare samples carry the average: it would need {count} samples"


def _kurtosis(second: float, third: float, fourth: float) -> float:
    """E(r - 1)^4 / (E(r - 1)^2)^2 from the logs of the moments of r, whose mean is 1."""
    if fourth > _LARGE:
        excess = fourth - 2 * second
        return exp(excess) if excess < _LARGE else inf
    variance = expm1(second)
    if variance < _NEAR:
        return _KURTOSIS_NEAR
    return (expm1(fourth) - 4 * expm1(third) + 6 * variance) / (variance * variance)


def _student(degrees: int, outside: float) -> float:
    from scipy.special import stdtrit

    return -float(stdtrit(degrees, outside / 2))

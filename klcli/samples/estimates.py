"""KL(q || p) from a table of log ratios: the estimates, which of their error bars hold, and what is wrong."""

from __future__ import annotations

from math import inf, isfinite
from typing import Literal, TypeAlias

from klcli.samples.exact_moments import ExactMoments
from klcli.samples.ratio_sums import RatioSums, Tail
from klcli.samples.reliability import Reliability, has_variance, reliability
from klcli.values import dataclass
from klcli.witness.estimators import DEFAULT_ESTIMATOR, Estimator, TableUse, of_tables

LIMIT = 5.0
"""Standard errors beyond which a mean is not what it should be: 6 false alarms in 10 million tables."""
CERTAIN = 15.0
"""A log ratio of all rows together that samples of q exceed once in 3 million tables, which is exp(15).

An event of probability 15/n is missed by n rows as rarely.
"""

NORMAL_95 = 1.959963984540054
"""Standard errors on each side of a 95 % interval."""
_LEAST_FOR_MEAN = 100
"""Rows below which the mean of r is not held against 1."""
Sign: TypeAlias = Literal["positive", "zero", "noise", "unclear", "bug"]
"""What the sign of k1 says; the last three are of negative values."""


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """The average of one estimator.

    Attributes:
        estimator: which one.
        use: how tables use it.
        value: the average; inf where p(x) = 0 in a row, None where it is beyond the doubles.
        standard_error: one standard error of the average; None where that is no error bar of the KL.
        reliability: whether it is.
        interval: 95 % of it, where it is.
        needed_rows: rows from which it is, where that is known and they are more than there are.
    """

    estimator: Estimator
    use: TableUse
    value: float | None
    standard_error: float | None
    reliability: Reliability
    interval: tuple[float, float] | None
    needed_rows: int | None = None


@dataclass(frozen=True, slots=True)
class RatioMean:
    """The mean of r = p/q, which is 1 for samples of q, or of 1/r, which is 1 for samples of p.

    Attributes:
        value: the mean; None beyond the doubles.
        standard_error: one standard error of it; None where it says nothing.
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
class TableEstimates:
    """All that a table says about KL(q || p), in nats.

    Attributes:
        rows: the samples.
        infinite_rows: those with p(x) = 0.
        negative_rows: those where k1 is negative.
        estimates: of each estimator that tables can use.
        effective_size: of the weights r, in rows.
        ratio: the mean of r = p/q.
        inverse: the mean of 1/r = q/p.
        row_ratio: the mean of r of the rows of groups, such as tokens; None where samples are no groups.
        row_inverse: that of their 1/r.
        ratio_tail: the tail of r.
        log_ratio_tail: the tail of -log r.
        sign: what the sign of k1 says.
        sign_z: the distance of k1 from 0 in standard errors of these rows, whether they are valid or not.
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
    sign_z: float | None
    exchanged: bool
    row_ratio: RatioMean | None = None
    row_inverse: RatioMean | None = None

    @property
    def off(self) -> RatioMean | None:
        """The mean of r that is not 1, of rows of groups before that of groups; None where none is."""
        means = [mean for mean in (self.row_ratio, self.ratio) if mean]
        return next((mean for mean in means if mean.verdict in ("above", "below")), None)

    @property
    def consistent(self) -> bool:
        """Whether the rows can be samples of q, with both log densities as they are."""
        return self.sign != "bug" and self.off is None

    @property
    def k1(self) -> RatioEstimate:
        """The estimate that is unbiased whatever p is."""
        return next(row for row in self.estimates if row.estimator.name == DEFAULT_ESTIMATOR)


def estimation(
    sums: RatioSums,
    *,
    independent: bool = True,
    rows: RatioSums | None = None,
    copied: bool = False,
    alike: bool = False,
) -> TableEstimates:
    """The estimates of a table of two samples or more.

    Args:
        sums: of its samples.
        independent: whether these are independent; of others no error is known.
        rows: of the rows whose sums the samples are, such as tokens. Their r has the mean 1 given all that
            came before, so that r - 1 is a martingale difference, and needs no independence.
        copied: whether rows are copies of others, for which that does not hold.
        alike: whether samples that follow each other are: no mean of log ratios has a known error then. That
            of r has, as far as these are tokens, of which r - 1 is a martingale difference, too.
    """
    tail = sums.ratio_tail()
    ratio, inverse = _means(sums, independent=independent)
    row_ratio, row_inverse = _means(rows, independent=not copied) if rows else (None, None)
    errors = independent and not alike
    estimates = {row.name: _estimate(row, use, sums, errors) for row, use in of_tables()}
    sign_z = _sign_z(sums) if errors else None
    sign = _sign(estimates[DEFAULT_ESTIMATOR], sign_z, sums.count)
    above = [mean.verdict == "above" for mean in (ratio, row_ratio) if mean]
    fitting = (row_inverse, rows) if row_inverse and rows else (inverse, sums)
    return TableEstimates(
        rows=sums.count,
        infinite_rows=sums.infinite,
        negative_rows=sums.negative,
        estimates=tuple(estimates.values()),
        effective_size=sums.weights.effective_size,
        ratio=ratio,
        inverse=inverse,
        ratio_tail=tail,
        log_ratio_tail=sums.log_ratio_tail(),
        sign=sign,
        sign_z=sign_z,
        exchanged=(sign == "bug" or any(above)) and _fits(*fitting),
        row_ratio=row_ratio,
        row_inverse=row_inverse,
    )


def _fits(inverse: RatioMean, sums: RatioSums) -> bool:
    """Whether the mean of 1/r is 1 as far as these rows tell."""
    return inverse.verdict == "agrees" and has_variance(sums.inverse_tail(), 0.0)


def _means(sums: RatioSums, *, independent: bool) -> tuple[RatioMean, RatioMean]:
    """Those of r and of 1/r."""
    certain = has_variance(sums.ratio_tail(), LIMIT)
    ratio = _ratio_mean(sums.ratio, certain=certain, independent=independent)
    return ratio, _ratio_mean(sums.inverse, certain=True, independent=independent)


def _estimate(row: Estimator, use: TableUse, sums: RatioSums, independent: bool) -> RatioEstimate:
    moments = sums.estimators[row.name]
    if sums.infinite:
        return RatioEstimate(row, use, inf, None, "infinite", None)
    if not isfinite(moments.standard_error):
        value = moments.mean if isfinite(moments.mean) else None
        return RatioEstimate(row, use, value, None, "beyond-doubles", None)
    reason, needed = reliability(row, use, sums, independent=independent)
    if reason != "valid":
        return RatioEstimate(row, use, moments.mean, None, reason, None, needed)
    half = NORMAL_95 * moments.standard_error
    interval = (moments.mean - half, moments.mean + half)
    return RatioEstimate(row, use, moments.mean, moments.standard_error, reason, interval)


def _ratio_mean(moments: ExactMoments, *, certain: bool, independent: bool) -> RatioMean:
    """The mean of a ratio from the moments of the ratio - 1.

    The rows may have missed an event of the q-probability u = `CERTAIN` / n, so that the expectation of r
    over the others is up to 1/(1 - u); a mean below 1 is allowed to be so by as much. A tail without a
    variance that was not sampled makes the mean too small, and never too large.

    Args:
        moments: of the ratio - 1.
        certain: whether the variance of the ratio is finite beyond doubt.
        independent: whether the rows are.
    """
    error = moments.standard_error if moments.count > 1 else inf
    if not isfinite(error):
        return RatioMean(None, None, None, "unknown")
    mean, z = moments.mean, moments.mean / error if error > 0 else None
    if not independent or moments.count < _LEAST_FOR_MEAN or (mean < 0 and not certain):
        return RatioMean(1 + mean, None, None, "unknown")
    beyond = abs(mean) - LIMIT * error
    if beyond <= CERTAIN / moments.count:
        return RatioMean(1 + mean, error, z, "agrees" if beyond <= 0 else "unclear")
    return RatioMean(1 + mean, error, z, "above" if mean > 0 else "below")


def _sign_z(sums: RatioSums) -> float | None:
    """How far the mean log ratio is from 0, in its own standard errors, valid or not; None without one."""
    moments = sums.estimators[DEFAULT_ESTIMATOR]
    if sums.infinite or not 0 < moments.standard_error < inf:
        return None
    return moments.mean / moments.standard_error


def _sign(k1: RatioEstimate, z: float | None, rows: int) -> Sign:
    """Whether a negative k1 is noise.

    For n samples of q the product of all r has the expectation 1 (at most), so that by Markov's inequality
    -n k1 = sum log r exceeds c with a probability below exp(-c), whatever q, p and n are.
    """
    if k1.value is None or k1.value >= 0:
        return "zero" if k1.value == 0 else "positive"
    if -k1.value * rows > CERTAIN:
        return "bug"
    if z is not None and -z <= LIMIT:
        return "noise"
    return "unclear"

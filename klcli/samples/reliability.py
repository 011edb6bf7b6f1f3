"""Whether the standard error of an average over log ratios is an error bar of the KL, and if not why."""

from __future__ import annotations

from math import ceil, inf
from typing import Literal, TypeAlias

from klcli.samples.exact_moments import ExactMoments
from klcli.samples.ratio_sums import RatioSums, Tail
from klcli.witness.estimators import Estimator, TableUse

FINITE_VARIANCE, PRACTICAL = 0.5, 0.7
"""Shapes of a tail: below the first an average has an error bar, beyond the second it is no estimate."""

LEAST_CARRYING = 5
"""Rows that carry the variance of a sound average. Where log q - log p differs in one row of a hundred,
intervals of 100 rows cover 54 to 62 %; of the tables with 5 such rows and more, 93 % and more do."""

_FAR = 3.0
"""Standard errors of the mean of r from 1 beyond which k3, which is that mean - 1 + k1, is off as far."""

Reliability: TypeAlias = Literal[
    "valid",
    "biased",
    "few-rows",
    "dependent-rows",
    "uncertain-tail",
    "heavy-tail",
    "off-mean",
    "few-carry",
    "beyond-doubles",
    "infinite",
    "inconsistent",
]
"""Why an error bar holds or does not:

valid: it does. biased: it would be one of the expectation, which is not the KL. few-rows: more are needed.
dependent-rows: it would be too small. uncertain-tail: the shape of the tail may be beyond `FINITE_VARIANCE`.
heavy-tail: it is beyond `PRACTICAL`, or no number of rows is enough. off-mean: the mean of r is not 1.
few-carry: fewer than `LEAST_CARRYING` rows make up the variance, so that others were missed as likely.
beyond-doubles, infinite: there is no value. inconsistent: the rows cannot be samples of q.
"""


def reliability(
    row: Estimator, use: TableUse, sums: RatioSums, *, independent: bool = True
) -> tuple[Reliability, int | None]:
    """Whether the average of a finite estimator has an error bar, and how many rows it needs for one.

    Args:
        row: the estimator.
        use: what it is used for.
        sums: over the samples.
        independent: whether they are.
    """
    if not row.unbiased:
        return "biased", None
    if not independent:
        return "dependent-rows", None
    if sums.count < use.least_rows:
        return "few-rows", use.least_rows
    of_logs = _of_log_ratios(sums.log_ratio_tail())
    if of_logs != "valid":
        return of_logs, None
    needed = sums.needed_rows(row.name) if use.exponential else 0.0
    if needed == inf:
        return "heavy-tail", None
    if needed > sums.count:
        return "few-rows", ceil(needed)
    if use.exponential and _is_off(sums.ratio):
        return "off-mean", None
    return ("few-carry" if sums.carrying_rows(row.name, use.of) < LEAST_CARRYING else "valid"), None


def has_variance(tail: Tail, margin: float) -> bool:
    """Whether the variance is finite, to a margin in standard errors of the shape."""
    if tail.shape is None:
        return tail.bounded
    return tail.shape + margin * tail.shape_error < FINITE_VARIANCE


def _is_off(ratio: ExactMoments) -> bool:
    """Whether the mean of r - 1 is far from 0."""
    return abs(ratio.mean) > _FAR * ratio.standard_error


def _of_log_ratios(tail: Tail) -> Reliability:
    """Whether the average of log ratios with such a tail has an error bar.

    The shape needs no margin below the limit: the intervals were seen to cover without.
    """
    if tail.shape is None and not tail.bounded:
        return "few-rows"
    if has_variance(tail, 0.0):
        return "valid"
    return "heavy-tail" if tail.shape is not None and tail.shape >= PRACTICAL else "uncertain-tail"

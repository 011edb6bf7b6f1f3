"""What rows may have missed without a trace, and what it would do to their average.

Whether a tail is heavy is told from the largest rows. Where few rows did not reach it, the rest looks light,
and no rule that asks these rows tells the two apart: of tables of 100 samples of a t distribution with 3
degrees of freedom, with p the Gaussian of the same variance, 4 in 10 look well, and hardly one of their
intervals covers the KL.
"""

from __future__ import annotations

from klcli.samples.estimates import NORMAL_95, RatioEstimate
from klcli.values import dataclass

FEW_FOR_A_TAIL = 500
"""Rows from which that happened in one table of a hundred."""
_MISSED = 0.05
"""Of all tables, in which nothing of that part is drawn: one of 20, as 95 % intervals miss."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A part of q that one table of 20 does not reach, and what it takes there to make its interval wrong.

    Attributes:
        probability: of that part, under q.
        log_ratio: log q - log p there, on average, from which on the KL is above the interval.
    """

    probability: float
    log_ratio: float


def unseen(estimate: RatioEstimate, rows: int) -> Unseen | None:
    """What samples may have missed; None without an interval.

    Args:
        estimate: k1 of the samples.
        rows: how many they are.
    """
    if estimate.value is None or estimate.standard_error is None:
        return None
    probability: float = 1 - _MISSED ** (1 / rows)  # near 3/rows, the rule of three
    return Unseen(probability, estimate.value + NORMAL_95 * estimate.standard_error / probability)

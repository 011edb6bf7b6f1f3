"""What an estimator is given: log ratios that are independent, and the divergence that it should find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.log_ratio import LogRatio, log_ratios

__all__ = ["Problem", "independent"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A divergence as the sum of those of independent parts.

    Attributes:
        pairs: the log ratio of each part, of one dimension or several.
        exact: the divergence of each part, in nats.
    """

    pairs: Sequence[LogRatio]
    exact: Sequence[float]


def independent(q: Gaussian, p: Gaussian) -> Problem:
    """The dimensions as parts.

    Raises:
        KlcliError: different dimensions, or a value beyond the doubles.
    """
    return Problem(log_ratios(q, p), [terms.value for terms in divergence(q, p).per_dimension])

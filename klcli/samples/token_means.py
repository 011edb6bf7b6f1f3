"""Estimates per token, where samples are sequences of them: k1, k2 and k3 of each token, averaged over all.

By the chain rule the KL of sequences is the sum of the KLs of their tokens, each given those before it. So
k1 and k3 of tokens, added up over a sequence, have the KL of sequences as their expectation, and their means
per token estimate what a trainer logs as the KL per token.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from klcli.samples.clusters import ClusterMean
from klcli.samples.estimates import NORMAL_95, RatioEstimate
from klcli.samples.ratio_sums import RatioSums
from klcli.samples.reliability import Reliability, reliability
from klcli.values import dataclass, field
from klcli.witness.estimators import Estimator, TableUse, of_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True, eq=False)
class TokenMeans:
    """Sums over tokens, and over sequences of these sums.

    Attributes:
        tokens: over their log ratios, one by one, whose tails say whether an average has an error.
        means: of each estimator per token, with the error of means over tokens that hang together.
    """

    tokens: RatioSums
    means: dict[str, ClusterMean] = field(
        default_factory=lambda: {row.name: ClusterMean() for row, _ in of_tables()}
    )

    def terms(self, log_ratios: NDArray[Any]) -> NDArray[Any]:
        """Add tokens; the log ratio of each and what it adds to each estimator, shape (n, 1 + estimators)."""
        import numpy

        self.tokens.add(log_ratios)
        with numpy.errstate(over="ignore"):
            return numpy.stack([log_ratios, *(use.of(log_ratios) for _, use in of_tables())], axis=1)

    def add(self, sums: NDArray[Any], sizes: NDArray[Any]) -> None:
        """Add sequences by the sums of the `terms` of their tokens.

        Args:
            sums: of shape (n, 1 + estimators).
            sizes: how many tokens each has, of shape (n,).
        """
        for column, mean in enumerate(self.means.values(), 1):
            mean.add(sums[:, column], sizes)

    def merge(self, other: TokenMeans) -> None:
        """Add other tokens and their sequences."""
        self.tokens.merge(other.tokens)
        for name, mean in other.means.items():
            self.means[name].merge(mean)

    def estimates(self, of_sequences: Reliability) -> tuple[RatioEstimate, ...]:
        """The mean of each estimator per token.

        An error bar holds where k1 of sequences has one, as these are means of their sums; that of k3 hangs
        on rare tokens as well.

        Args:
            of_sequences: whether k1 of the sequences has an error bar.
        """
        return tuple(self._estimate(row, use, of_sequences) for row, use in of_tables())

    def _estimate(self, row: Estimator, use: TableUse, of_sequences: Reliability) -> RatioEstimate:
        mean = self.means[row.name]
        value = mean.mean
        if not isfinite(value):
            reason: Reliability = "infinite" if self.tokens.infinite else "beyond-doubles"
            return RatioEstimate(row, use, value if self.tokens.infinite else None, None, reason, None)
        reason, needed = of_sequences, None
        if use.exponential or not row.unbiased:
            reason, needed = reliability(row, use, self.tokens)
        if reason == "valid":
            reason = of_sequences
        if reason != "valid":
            return RatioEstimate(row, use, value, None, reason, None, needed)
        error = mean.standard_error
        interval = (value - NORMAL_95 * error, value + NORMAL_95 * error)
        return RatioEstimate(row, use, value, error, reason, interval)

"""Samples that someone else drew: their log ratio under two Gaussians, and whether one may have made them."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.log_ratio import log_ratios
from klcli.gaussian.machine import BLOCK
from klcli.samples.chi_square import chi_square_score
from klcli.samples.exact_moments import ExactMoments
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT = 5.0
"""Standard errors from which on samples are not those of a Gaussian: 6 in 10 million that are."""


@dataclass(frozen=True, slots=True)
class SampleCheck:
    """The scores (x - mu) / sigma of samples in the dimension that deviates most from a standard normal.

    Attributes:
        dimension: which one, counted from 1.
        mean: the mean of the scores, which is 0 for samples of the Gaussian.
        mean_z: that in standard errors.
        square: the mean of their squares, which is 1.
        square_z: the difference in standard errors.
        agrees: whether both are within `LIMIT`.
    """

    dimension: int
    mean: float
    mean_z: float
    square: float
    square_z: float
    agrees: bool


class GaussianSamples:
    """Samples x of any number under q and p; memory does not grow with them."""

    def __init__(self, q: Gaussian[Heads], p: Gaussian[Heads]) -> None:
        self.q = q
        self.p = p
        self._pairs = log_ratios(q, p)
        self._means = [float(mean) for mean in q.mean]
        self._sigmas = q.spread.sigma()
        self._of_q = [ExactMoments() for _ in self._pairs]
        self._of_p = [ExactMoments() for _ in self._pairs]
        if any(not 0 < sigma < inf for sigma in (*q.spread.sigma(), *p.spread.sigma())):
            raise KlcliError(
                "a standard deviation is beyond the doubles", "is the head read as it was meant? see --param"
            )

    def log_ratio(self, samples: NDArray[Any]) -> NDArray[Any]:
        """log q(x) - log p(x) in nats of samples of shape (n, dimension); inf or nan beyond the doubles."""
        import numpy

        total = numpy.zeros(len(samples))
        with numpy.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(samples), BLOCK):
                rows = slice(start, start + BLOCK)
                for j in range(self.q.dimension):
                    total[rows] += self._one(j, samples[rows, j])
        return total

    def merge(self, other: GaussianSamples) -> None:
        """Add other samples of the same Gaussians."""
        for own, found in ((self._of_q, other._of_q), (self._of_p, other._of_p)):
            for moments, added in zip(own, found, strict=True):
                moments.merge(added)

    def _one(self, j: int, samples: NDArray[Any]) -> NDArray[Any]:
        score = (samples - self._means[j]) / self._sigmas[j]
        pair = self._pairs[j]
        self._of_q[j].add(score)
        self._of_p[j].add(score * pair.ratio + pair.offset)
        return pair.at(score)

    def of_q(self) -> SampleCheck:
        """Whether they look like samples of q."""
        return _worst(self._of_q)

    def of_p(self) -> SampleCheck:
        """Whether they look like samples of p."""
        return _worst(self._of_p)


def _worst(scores: list[ExactMoments]) -> SampleCheck:
    checks = (_check(number, moments) for number, moments in enumerate(scores, 1))
    return max(checks, key=lambda check: max(abs(check.mean_z), abs(check.square_z)))


def _check(number: int, scores: ExactMoments) -> SampleCheck:
    count = scores.count
    square = scores.squares / count + scores.mean**2
    mean_z, square_z = scores.mean * sqrt(count), chi_square_score(square, count)
    agrees = abs(mean_z) <= LIMIT and abs(square_z) <= LIMIT
    return SampleCheck(number, scores.mean, mean_z, square, square_z, agrees)

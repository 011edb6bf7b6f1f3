"""The verdict on a formula of matrices when its symbols are what a way says."""

from __future__ import annotations

from dataclasses import dataclass

from klcli.judge.matrix.fitting import Fit, Subject, fit
from klcli.judge.matrix.ways import Way
from klcli.judge.mistakes import Mistake
from klcli.judge.verdict import KINDS, FixedPrior, Kind

__all__ = ["MatrixCandidate", "MatrixVerdict", "judge_way"]


@dataclass(frozen=True, slots=True)
class MatrixVerdict:
    """What a formula is by itself.

    Attributes:
        kind: one of `klcli.judge.verdict.KINDS`.
        way: what its symbols are.
        fit: which KL it is; None if it is none.
        prior: the fixed prior that it was held to; N(mean, variance) in every dimension.
    """

    kind: Kind
    way: Way
    fit: Fit | None
    prior: FixedPrior

    @property
    def rank(self) -> int:
        """The place among the verdicts, the best being 0."""
        return KINDS.index(self.kind)

    @property
    def reading(self) -> str:
        """What the posterior's matrix is."""
        head = self.way.head("q")
        assert head
        return head.reading


@dataclass(frozen=True, slots=True)
class MatrixCandidate:
    """A formula read in one way: the verdict, and the mistake that explains it.

    Attributes:
        kind: the verdict; `wrong` also where another prior is explained by a mistake.
        verdict: what the formula is by itself.
        mistake: what is wrong, or None.
        corrected: the text without the mistake; None where there is none.
    """

    kind: Kind
    verdict: MatrixVerdict
    mistake: Mistake | None = None
    corrected: str | None = None


def judge_way(subject: Subject, way: Way, prior: FixedPrior, seed: str) -> MatrixVerdict:
    """The verdict on a formula read in one way; see `klcli.judge.matrix.fitting`."""
    found = fit(subject, way, seed)
    return MatrixVerdict(_kind(found, way, prior), way, found, prior)


def _kind(found: Fit | None, way: Way, prior: FixedPrior) -> Kind:
    if found is None:
        return "wrong"
    if found.reverse:
        return "reversed"
    if not way.has_prior and not way.means:
        return "wrong"  # the spread term alone
    if not way.has_prior and (found.prior_mean, found.prior_variance) != (prior.mean, prior.variance):
        return "other-prior"
    return "exact" if found.scale == 1 and found.per_dimension == found.shift == 0 else "scaled"

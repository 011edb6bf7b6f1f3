"""The verdict on a formula of matrices when its symbols are what a way says."""

from __future__ import annotations

from klcli.judge.scaled_kl import FixedPrior, ScaledKL
from klcli.judge.spaces.matrices.fitting import Subject, kl_of_matrices
from klcli.judge.verdict import Verdict, VerdictKind, kind_of
from klcli.judge.ways import Way


def judge_way(subject: Subject, way: Way, prior: FixedPrior, seed: str) -> Verdict:
    """The verdict on a formula read in one way; see `klcli.judge.spaces.matrices.fitting`.

    Args:
        subject: the formula of matrices with what was set aside.
        way: what its symbols are.
        prior: the fixed prior.
        seed: of the points.
    """
    kl = kl_of_matrices(subject, way, seed)
    return Verdict(_kind(kl, way, prior), way, kl, prior)


def _kind(kl: ScaledKL | None, way: Way, prior: FixedPrior) -> VerdictKind:
    if kl is None:
        return "wrong"
    if not (kl.reverse or way.has_prior or way.means):
        return "wrong"  # the spread term alone
    return kind_of(kl, prior)

"""A part of a loss, and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.formula.tree import Tree
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.trace.factors import Chain
from klcli.trace.kl_recognition import Kernel
from klcli.trace.likelihoods import Likelihood
from klcli.trace.programs import Builder
from klcli.values import dataclass

if TYPE_CHECKING:  # most losses have no matrices
    from klcli.trace.matrices.kl_recognition import MatrixKl


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a loss.

    Attributes:
        chain: the way to it.
        builder: what its symbols are.
        tree: its program, without what multiplies it; None where it is not followed.
        kernel: the KL that it is, with the sign of the chain.
        estimation: the estimator of log-probabilities that it is.
        likelihood: the likelihood that it is.
        is_taken_away: whether the loss has minus the KL.
        problem: why it is not followed.
        cuts: nodes that are symbols in it, whatever they are computed from.
        merged: the summands that it is made of, where these stand apart in the loss.
        matrices: what its KL is of Gaussians with covariance matrices, if it is.
        densities: the names of the log-densities that it is the difference of, where one is a mixture's.
    """

    chain: Chain
    builder: Builder
    tree: Tree | None = None
    kernel: Kernel | None = None
    estimation: Estimation | None = None
    likelihood: Likelihood | None = None
    is_taken_away: bool = False
    problem: str = ""
    cuts: tuple[int, ...] = ()
    merged: tuple[Part, ...] = ()
    matrices: MatrixKl | None = None
    densities: tuple[str, str] | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is a KL, an estimator or a likelihood."""
        own = (self.kernel, self.estimation, self.likelihood, self.densities)
        return any(one is not None for one in own)

"""A part of a loss, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from klcli.formula.tree import Tree
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.names.losses import is_called_kl
from klcli.trace.factors import Chain
from klcli.trace.kl_recognition import Kernel
from klcli.trace.likelihoods import Likelihood
from klcli.trace.programs import Builder
from klcli.trace.recording import Recording
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


def belong_together(recording: Recording, chain: Chain, parts: Sequence[Part]) -> bool:
    """Whether summands of which nothing is known are one thing: they share a leaf, or stand in one line.

    One of them that is called a KL, and the others not, is a thing of its own.
    """
    called = [
        any(is_called_kl(recording.steps[one].name or "") for one, _ in part.chain.above) for part in parts
    ]
    if any(called) and not all(called):
        return False
    owners = [set(part.builder.symbols.values()) for part in parts]
    if any(one & other for place, one in enumerate(owners) for other in owners[:place]):
        return True
    places = {
        (place.path, place.line)
        for part in parts
        if (place := recording.steps[part.chain.core].place) is not None
    }
    return len(places) <= 1 and recording.steps[chain.core].size > 1

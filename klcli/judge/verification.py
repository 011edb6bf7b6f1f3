"""The answer to a question about a formula, of numbers or of matrices."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program
from klcli.formula.tree import Tree
from klcli.judge.acceptance import passes
from klcli.judge.condition_kinds import Condition
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.question import Question
from klcli.judge.ranked_readings import Candidate
from klcli.judge.scaled_kl import STANDARD
from klcli.judge.space_words import SpaceWords
from klcli.judge.verdict import Verdict, VerdictKind
from klcli.judge.ways import Way
from klcli.values import dataclass

if TYPE_CHECKING:  # a right formula needs none of them
    from klcli.judge.counterexample import Counterexample
    from klcli.judge.landscape import Limit, Minimum
    from klcli.judge.mistakes.mistake import Mistake
    from klcli.judge.numerical_stability import Overflow, PrecisionLoss
    from klcli.judge.sampler import SamplerJudgement


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer to a question about a formula.

    Attributes:
        words: those of its space.
        program: the formula as it was read.
        prepared: what was judged, and what was set aside.
        best: the answer.
        candidates: one for each reading, the best first.
        counterexample: where it is not the KL, if it is not.
        lowest: its minimum, or where it falls, if it is no multiple of the KL.
        sampling: what the sampling line was found to be.
        loss: the digits that it loses in single precision.
        stable: a text that does not lose them.
        overflow: where its exponentials overflow.
        terms: the weights of its terms in words, if it is wrong and they show why.
        conditions: what the verdict needs beside the algebra.
        warnings: what else there is to know.
    """

    words: SpaceWords
    program: Program
    prepared: Prepared
    best: Candidate
    candidates: tuple[Candidate, ...]
    counterexample: Counterexample | None = None
    lowest: Minimum | Limit | None = None
    sampling: SamplerJudgement | None = None
    loss: PrecisionLoss | None = None
    stable: str | None = None
    overflow: Overflow | None = None
    terms: str = ""
    conditions: tuple[Condition, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def gaussian(self) -> Verification:
        """The answer, where it is one about Gaussians."""
        return self

    @property
    def estimate(self) -> None:
        """The answer, where it is one about log-probabilities."""
        return None

    @property
    def subject(self) -> str:
        """What its symbols are."""
        return self.words.subject

    @property
    def named(self) -> str:
        """What is known that is no KL, by its name; empty for everything else."""
        return self.best.quantity

    @property
    def kind(self) -> VerdictKind:
        """The verdict."""
        return self.best.kind

    @property
    def mistake(self) -> Mistake | None:
        """What is wrong, if that has a name."""
        return self.best.mistake

    @property
    def identity(self) -> tuple[Tree, Verdict] | None:
        """What algebra can prove of it: that a formula is this multiple of a KL."""
        verdict = self.best.verdict
        return (self.prepared.tree, verdict) if self.words.has_proofs and verdict.kl else None

    def holds(self, accepted: Collection[str]) -> bool:
        """Whether it passes, and its sampling line with it."""
        sampled = self.sampling is None or self.sampling.mistake is None
        return sampled and passes(self.kind, self.conditions, accepted)


def left_out(way: Way, question: Question) -> Iterator[str]:
    """Warnings of what had no part in the answer."""
    if way.has_prior and question.prior != STANDARD:
        yield "the prior has symbols of its own: --prior-mu and --prior-sigma are not used"

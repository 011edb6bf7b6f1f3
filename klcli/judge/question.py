"""What is asked about a formula."""

from __future__ import annotations

from klcli.formula.program_reader import Program
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.left_side import stated_prior
from klcli.judge.scaled_kl import STANDARD, FixedPrior
from klcli.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a formula.

    Attributes:
        mean: the symbol that is the mean, if it is said.
        head: the symbol that is the head, if it is said.
        reading: the reading that is demanded, if one is: of a number, or of a matrix.
        prior: the fixed prior of formulas without symbols for it.
        sampler: the sampling line that belongs to it.
        other: the formula in the other language, where it can be read in both and neither is said.
        mended: whether known mistakes are looked for in what is no KL.
        described: whether more is wanted than what the formula is: a counterexample, the minimum, numerics.
    """

    mean: str | None = None
    head: str | None = None
    reading: Parameterization | None = None
    prior: FixedPrior = STANDARD
    sampler: Program | None = None
    other: Program | None = None
    mended: bool = True
    described: bool = True

    @property
    def kept(self) -> tuple[str, ...]:
        """The symbols that are named."""
        return tuple(name for name in (self.mean, self.head) if name)

    @property
    def is_of_gaussians(self) -> bool:
        """Whether it is about means, heads, readings, priors or samplers."""
        said = (self.reading, self.sampler, *self.kept)
        return any(one is not None for one in said) or self.prior != STANDARD


PLAIN = Question()
"""Nothing but: what is this formula?"""


def stated(question: Question, program: Program) -> Question:
    """The question about an equation: the prior is the one that its left-hand side has, if it has one.

    A prior that is asked for goes before it.
    """
    prior = stated_prior(program.left) if question.prior == STANDARD else None
    return replace(question, prior=prior) if prior else question

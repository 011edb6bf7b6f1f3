"""The answer about a program of log-probabilities: which estimator it is, and what follows from that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.program_reader import Program
from klcli.judge.acceptance import passes
from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.numerical_stability import Overflow
from klcli.judge.spaces.log_ratios.expectations_and_gradients import (
    Combination,
    SamplingSide,
    expectation,
    optimised,
)
from klcli.judge.spaces.log_ratios.fit import RatioFunction
from klcli.judge.spaces.log_ratios.forms import EstimatorForm
from klcli.judge.spaces.log_ratios.log_prob_assignments import RatioWay
from klcli.judge.spaces.log_ratios.token_averages import Tokens
from klcli.values import dataclass, field

EstimationKind: TypeAlias = Literal["exact", "scaled", "reversed", "estimator", "other", "wrong", "not-kl"]
_ORDER: tuple[EstimationKind, ...] = (
    *("exact", "reversed", "estimator", "scaled", "other"),
    *("wrong", "not-kl"),
)


@dataclass(frozen=True, slots=True)
class Estimation:
    """The answer to a question about a program of log-probabilities.

    A program that is no estimator has the factor 1.

    Attributes:
        program: as it was read.
        kind: the verdict.
        form: which estimator, or what is near one.
        way: what the symbols are.
        sampler: whose samples make it an estimate of a KL.
        function: the factors of its columns.
        factor: the number that the estimator is multiplied by.
        shift: the number that is added to it.
        weights: symbols that it is multiplied by, with their powers.
        others: symbols of other terms.
        due: the sign that belongs to a KL beside the other terms; 0 where that is not known.
        is_turned: whether it has the other sign.
        flaw: what is wrong, in words.
        tokens: how its entries are added up.
        overflow: from where on its exponentials overflow.
        conditions: what it needs besides.
        corrected: the text with the least change that makes it an estimator.
        warnings: what else there is to know.
    """

    program: Program
    kind: EstimationKind
    form: EstimatorForm
    way: RatioWay
    sampler: SamplingSide
    function: RatioFunction
    factor: Fraction = Fraction(1)
    shift: Fraction = Fraction(0)
    weights: Mapping[str, int] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    due: int = 0
    is_turned: bool = False
    flaw: str = ""
    tokens: Tokens | None = None
    overflow: Overflow | None = None
    conditions: tuple[Condition, ...] = ()
    corrected: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def gaussian(self) -> None:
        """The answer, where it is one about Gaussians."""
        return None

    @property
    def estimate(self) -> Estimation:
        """The answer, where it is one about log-probabilities."""
        return self

    @property
    def name(self) -> str:
        """The name of its form; empty where it has none."""
        return self.form.name

    @property
    def subject(self) -> str:
        """What its symbols are."""
        return "log-probabilities"

    @property
    def named(self) -> str:
        """The estimator by its name; empty for none."""
        return f"{self.name} of log-probabilities" if self.name else ""

    @property
    def is_plain(self) -> bool:
        """Whether it is the estimator itself, not a multiple of it."""
        return self.factor == 1 and not self.shift and not self.weights

    @property
    def mistake(self) -> Mistake | None:
        """What is wrong, by its code; `flaw` says it in words."""
        if self.kind != "wrong":
            return None
        return find_mistake("KL204" if self.is_turned else "KL140")

    @property
    def identity(self) -> None:
        """What algebra can prove of it, which is nothing: its columns are fitted."""
        return None

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Of several ways the one with the lowest holds."""
        return _ORDER.index(self.kind), self.sampler != "q" or self.factor < 0, not self.is_plain

    def mean(self, sampler: SamplingSide) -> Combination:
        """What the estimator is in the mean over samples, without its factor, weights and other terms."""
        return self._of_one(expectation(self.function.value or {}, sampler))

    @property
    def loss(self) -> Combination | None:
        """What its gradient optimises, without the same; None where that is no known loss."""
        gradient = self.function.gradient
        return None if gradient is None else self._of_one(optimised(gradient, self.sampler))

    @property
    def reward(self) -> Combination | None:
        """What a policy gradient optimises from whose reward it is taken; None where that is unknown."""
        value = self.function.value
        if value is None or "|u|" in value or self.sampler != "q" or self.function.is_weighed:
            return None
        return self._of_one(optimised(value, "q"))

    def _of_one(self, quantities: Combination) -> Combination:
        return {name: share / self.factor for name, share in quantities.items()}

    def holds(self, accepted: Collection[str]) -> bool:
        """Whether it passes; a multiple of an estimator has to be accepted by two words."""
        kept = self.kind != "estimator" or self.is_plain or "scaled" in accepted
        return kept and passes(self.kind, self.conditions, accepted)

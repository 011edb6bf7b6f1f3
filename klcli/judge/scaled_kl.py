"""Which KL a program is, in numbers: a factor, a prior, a direction, and what is added."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from klcli.values import dataclass

FoundNumber: TypeAlias = Fraction | Decimal
"""A number that was found: the exact rational where it is one, otherwise its digits."""


@dataclass(frozen=True, slots=True)
class FixedPrior:
    """The prior N(mean, variance) in every dimension that a formula without a prior's symbols is held to."""

    mean: Fraction = Fraction(0)
    variance: Fraction = Fraction(1)


STANDARD = FixedPrior()


@dataclass(frozen=True, slots=True)
class ScaledKL:
    """`scale` times a KL, plus `per_dimension` times the number of dimensions, plus `shift`, in nats.

    The scale is an effective beta; what is added changes no gradient. The prior is N(`prior_mean`,
    `prior_variance`), in every dimension; one with symbols of its own has no numbers here. `reverse` tells
    KL(p || q) from KL(q || p).
    """

    scale: FoundNumber
    shift: FoundNumber
    prior_mean: FoundNumber | None = None
    prior_variance: FoundNumber | None = None
    per_dimension: FoundNumber = Fraction(0)
    reverse: bool = False

    @property
    def is_unshifted(self) -> bool:
        """Whether nothing is added to the multiple of the KL."""
        return self.shift == self.per_dimension == 0

    @property
    def looks_unmeant(self) -> bool:
        """Whether a multiple of the KL looks like one that was meant to be the KL itself."""
        return self.scale == 1 or (self.scale == 2 and self.is_unshifted)

    def is_to(self, prior: FixedPrior) -> bool:
        """Whether its prior is a fixed one; a prior with symbols of its own is never another one."""
        return self.to_fixed(prior) == (prior.mean, prior.variance)

    def to_fixed(self, prior: FixedPrior) -> tuple[FoundNumber, FoundNumber]:
        """Mean and variance of its prior; those of a fixed one where it has symbols of its own."""
        if self.prior_mean is None or self.prior_variance is None:
            return prior.mean, prior.variance
        return self.prior_mean, self.prior_variance

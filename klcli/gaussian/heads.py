"""The spread of independent dimensions as it comes from a head: a number of each, under one reading."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import partial
from math import inf

from klcli.errors import KlcliError
from klcli.formula.numeral import number_text, significant
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import substitute
from klcli.formula.tree import Tree
from klcli.formula.value.interval import enclose, nearest_double
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.gaussian.scale_formulas import reading_at
from klcli.values import dataclass

_LOG_SIGMA = "l/2"
_SHOWN = 4
"""Digits of a sigma in a hint, enough to know it by."""
_DIGITS = 120
"""Of a scale that is no decimal, as the one of a log-variance is: seven times those of a double, for
matrices that are nearly singular."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What a network puts out for the spread of each dimension.

    Attributes:
        head: the exact numbers.
        parameterization: what they mean.
    """

    head: tuple[Fraction, ...]
    parameterization: Parameterization

    @staticmethod
    def admitted(head: Iterable[Fraction], parameterization: Parameterization) -> Heads:
        """Numbers that were typed.

        Raises:
            KlcliError: one is outside of the reading's domain.
        """
        found = Heads(tuple(head), parameterization)
        for number in found.head:
            _check_domain(number, parameterization)
        return found

    @property
    def is_exact(self) -> bool:
        """Whether exact arithmetic serves for it: for any number of independent dimensions."""
        return True

    def at(self, dimension: int) -> Heads:
        """That of one dimension, counted from 0."""
        return Heads((self.head[dimension],), self.parameterization)

    def sigma(self) -> tuple[float, ...]:
        """The standard deviation of each dimension, correctly rounded; 0 or inf beyond the doubles."""
        return tuple(_sigma(self.parameterization, number) for number in self.head)

    def log_sigma(self) -> tuple[float, ...]:
        """The logarithm of the standard deviation of each dimension; finite where sigma is no double."""
        return tuple(_log_sigma(self.parameterization, number) for number in self.head)

    def variances(self) -> tuple[Fraction, ...]:
        """The variance of each dimension, to 120 digits where it is no decimal."""
        return _valued(self.parameterization.variance, self.head)

    def deviations(self) -> tuple[Fraction, ...]:
        """The standard deviation of each dimension, likewise."""
        return _valued(self.parameterization.sigma, self.head)


def with_variances(variances: tuple[Fraction, ...]) -> Heads:
    """Variances as a head that puts out these."""
    return Heads(variances, PARAMETERIZATIONS["var"])


def _sigma(reading: Parameterization, head: Fraction) -> float:
    try:
        return nearest_double(partial(enclose, reading_at(reading, head).sigma, {"s": head}))
    except decimal.Overflow:
        return inf


def _log_sigma(reading: Parameterization, head: Fraction) -> float:
    tree = substitute(known(_LOG_SIGMA), {"l": reading_at(reading, head).log_variance})
    return nearest_double(partial(enclose, tree, {"s": head}), settle=True)


def _valued(tree: Tree, heads: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The value of a formula at each head, computed once for equal ones."""
    found = {head: Fraction(enclose(tree, {"s": head}, _DIGITS).low) for head in set(heads)}
    return tuple(found[head] for head in heads)


def _check_domain(number: Fraction, reading: Parameterization) -> None:
    if reading.admits(number):
        return
    shown = number_text(number)
    hint = "it must be positive; its logarithm may be negative: --logstd, --logvar"
    if number < 0:
        logvar = PARAMETERIZATIONS["logvar"]
        sigma = nearest_double(partial(enclose, logvar.sigma, {"s": number}))
        hint = f"if {shown} is a log-variance: --logvar {shown} (sigma = {significant(sigma, _SHOWN)})"
    noun = "sigma" if reading.name == "std" else reading.name
    raise KlcliError(f"{noun} must be > 0, got {shown}", hint)

"""Gaussians as they come from a head: the only crossing from what was typed to what is meant."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import inf, isfinite, log, pi
from typing import TYPE_CHECKING, Any, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.numeral import number_text, parse_numeral, significant
from klcli.formula.read.notation import known
from klcli.formula.traversal import substitute
from klcli.formula.value.interval import enclose, nearest_double
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization, find
from klcli.gaussian.scales import reading_at
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Gaussian", "Real", "log_density"]

_LOG_ROOT_TWO_PI = log(2 * pi) / 2
_LOG_SIGMA = "l/2"

Real: TypeAlias = "int | float | Fraction | Decimal | str"
"""A number as a caller may give it; a text is the decimal that it shows, a float the double that it is."""


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A Gaussian with independent dimensions, under one reading of its head.

    Attributes:
        mean: the exact mean of each dimension.
        head: the exact number put out for the spread of each dimension, as many as means.
        parameterization: what the head means.

    The values are rationals, so that a typed 0.1 is one tenth and closed forms can be rounded correctly.
    """

    mean: tuple[Fraction, ...]
    head: tuple[Fraction, ...]
    parameterization: Parameterization

    @classmethod
    def from_head(
        cls,
        mean: Real | Sequence[Real],
        head: Real | Sequence[Real],
        parameterization: str = "std",
    ) -> Gaussian:
        """A Gaussian from means and heads, each one number or a sequence of equal length.

        Args:
            mean: of each dimension; floats, integers, decimals and fractions are taken as the numbers that
                they are.
            head: the number put out for the spread.
            parameterization: what the head means.

        Raises:
            KlcliError: not a number, not finite, outside of the reading's domain, or of different lengths.
        """
        reading = find(parameterization)
        means, heads = _numbers(mean, "mu"), _numbers(head, reading.name)
        if len(means) != len(heads):
            raise KlcliError(
                f"mu has {_count(means)} and {reading.name} has {_count(heads)}",
                "give one number of each for every dimension; a decimal point is '.', the comma separates",
            )
        for number in heads:
            _check_domain(number, reading)
        return cls(means, heads, reading)

    @property
    def dimension(self) -> int:
        """The number of dimensions."""
        return len(self.mean)

    def at(self, dimension: int) -> Gaussian:
        """One dimension of it, counted from 0."""
        return Gaussian((self.mean[dimension],), (self.head[dimension],), self.parameterization)

    def sigma(self) -> tuple[float, ...]:
        """The standard deviation of each dimension, correctly rounded; 0 or inf beyond the doubles."""
        return tuple(_sigma(self.parameterization, number) for number in self.head)

    def log_sigma(self) -> tuple[float, ...]:
        """The logarithm of the standard deviation of each dimension; finite where sigma is no double."""
        return tuple(_log_sigma(self.parameterization, number) for number in self.head)


def _sigma(reading: Parameterization, head: Fraction) -> float:
    try:
        return nearest_double(partial(enclose, reading_at(reading, head).sigma, {"s": head}))
    except decimal.Overflow:
        return inf


def _log_sigma(reading: Parameterization, head: Fraction) -> float:
    tree = substitute(known(_LOG_SIGMA), {"l": reading_at(reading, head).log_variance})
    return nearest_double(partial(enclose, tree, {"s": head}), settle=True)


def log_density(score: NDArray[Any], log_sigma: float, out: NDArray[Any] | None = None) -> NDArray[Any]:
    """log N(x; m, sigma^2) in nats, from the score (x - m) / sigma.

    The score and not x is the argument because x itself has no digits left for it where sigma is small
    beside m.

    Args:
        score: an array of any shape.
        log_sigma: log sigma.
        out: an array of that shape that receives the result.
    """
    import numpy

    density: NDArray[Any] = numpy.multiply(score, score, out=out)
    density *= -0.5
    density -= log_sigma + _LOG_ROOT_TWO_PI
    return density


def _numbers(given: Real | Sequence[Real], name: str) -> tuple[Fraction, ...]:
    several = [given] if isinstance(given, int | float | Fraction | Decimal | str) else list(given)
    if not several:
        raise KlcliError(f"{name} is empty", "give at least one number")
    return tuple(_exact(number, name) for number in several)


def _exact(number: Real, name: str) -> Fraction:
    if isinstance(number, str):
        return parse_numeral(number, name)
    if not isfinite(number):
        raise KlcliError(f"{name} must be finite, got {number}", "only finite numbers have a finite KL")
    return Fraction(number)


def _count(numbers: tuple[Fraction, ...]) -> str:
    return f"{len(numbers)} value{'s' * (len(numbers) > 1)}"


def _check_domain(number: Fraction, reading: Parameterization) -> None:
    if reading.admits(number):
        return
    shown = number_text(number)
    hint = "it must be positive; its logarithm may be negative: --logstd, --logvar"
    if number < 0:
        logvar = PARAMETERIZATIONS["logvar"]
        sigma = nearest_double(partial(enclose, logvar.sigma, {"s": number}))
        hint = f"if {shown} is a log-variance: --logvar {shown} (sigma = {significant(sigma, 4)})"
    noun = "sigma" if reading.name == "std" else reading.name
    raise KlcliError(f"{noun} must be > 0, got {shown}", hint)

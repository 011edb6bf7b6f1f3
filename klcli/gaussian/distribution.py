"""One Gaussian, a mean and a spread: the only crossing from what was typed to what is meant."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log, pi
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from klcli.errors import KlcliError
from klcli.gaussian.exact_numbers import Real, exact_numbers
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import find
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import TypeIs

    from klcli.gaussian.matrices.covariance import Covariance
    from klcli.gaussian.matrices.forms_and_sizes import CovarianceForm

_LOG_ROOT_TWO_PI = log(2 * pi) / 2

Spread = TypeVar("Spread", bound="Heads | Covariance")


@dataclass(frozen=True, slots=True)
class Gaussian(Generic[Spread]):
    """A Gaussian; to a type checker it is one with heads or one with a covariance, at run time there is one.

    Attributes:
        mean: the exact mean of each dimension.
        spread: heads of independent dimensions, or a covariance in one of its forms.

    The values are rationals, so that a typed 0.1 is one tenth and closed forms can be rounded correctly.
    """

    mean: tuple[Fraction, ...]
    spread: Spread

    @staticmethod
    def from_head(
        mean: Real | Sequence[Real],
        head: Real | Sequence[Real],
        parameterization: str = "std",
    ) -> Gaussian[Heads]:
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
        means, numbers = _several(mean, "mu"), _several(head, reading.name)
        if len(means) != len(numbers):
            raise KlcliError(
                f"mu has {_count(means)} and {reading.name} has {_count(numbers)}",
                "give one number of each for every dimension; a decimal point is '.', the comma separates",
            )
        return Gaussian(means, Heads.admitted(numbers, reading))

    @staticmethod
    def from_matrix(
        mean: Real | Sequence[Real] | Any,
        matrix: Sequence[Sequence[Real]] | Any,
        form: CovarianceForm = "cov",
        std: Real | Sequence[Real] | Any = (),
    ) -> Gaussian[Covariance]:
        """A Gaussian from a mean and a matrix: numbers, texts of decimals, or arrays of numbers.

        Args:
            mean: one number serves every dimension; or an array of shape (d,).
            matrix: rows, or an array of shape (d, d). The floats of an array are taken as they are.
            form: what the matrix is.
            std: the standard deviations that belong to a correlation matrix, one or d.

        Raises:
            KlcliError: no numbers, another shape, not symmetric, not positive definite, no factor, no
                correlations, more dimensions than 4096 (a factor or a precision matrix: 1024).
        """
        from klcli.gaussian.matrices.covariance import Covariance, repeated  # not for heads

        spread = Covariance.admitted(matrix, form, std)
        return Gaussian(repeated(exact_numbers(mean, "mu"), spread.dimension, "mu"), spread)

    @property
    def dimension(self) -> int:
        """The number of dimensions."""
        return len(self.mean)

    def at(self: Gaussian[Heads], dimension: int) -> Gaussian[Heads]:
        """One of independent dimensions, counted from 0."""
        return Gaussian((self.mean[dimension],), self.spread.at(dimension))

    def with_covariance(self) -> Gaussian[Covariance]:
        """The same Gaussian, with its variances as a diagonal matrix if it had heads.

        A variance that is irrational, because the head is a logarithm for example, is taken to 120 digits.

        Raises:
            KlcliError: more dimensions than a matrix may have.
        """
        from klcli.gaussian.matrices.covariance import diagonal

        spread: Heads | Covariance = self.spread
        return Gaussian(self.mean, diagonal(spread) if isinstance(spread, Heads) else spread)


AnyGaussian: TypeAlias = "Gaussian[Heads] | Gaussian[Covariance]"


def alike(q: AnyGaussian, p: AnyGaussian) -> tuple[AnyGaussian, AnyGaussian]:
    """Both as they are if both have heads, or else both with a covariance."""
    return (q, p) if has_heads(q) and has_heads(p) else (q.with_covariance(), p.with_covariance())


def has_heads(gaussian: AnyGaussian) -> TypeIs[Gaussian[Heads]]:
    """Whether its spread is that of heads, and no covariance."""
    return isinstance(gaussian.spread, Heads)


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


def _several(given: Real | Sequence[Real], name: str) -> tuple[Fraction, ...]:
    numbers = exact_numbers(given, name)
    if not numbers:
        raise KlcliError(f"{name} is empty", "give at least one number")
    return numbers


def _count(numbers: tuple[Fraction, ...]) -> str:
    return f"{len(numbers)} value{'s' * (len(numbers) > 1)}"

"""Numbers, arrays and Gaussians as programs have them."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from numbers import Real
from typing import Any, TypeAlias

from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian
from klcli.gaussian.given_arrays import unmasked_array
from klcli.gaussian.heads import Heads

NumbersLike: TypeAlias = Any
"""A number, a text of one, or a sequence or an array of them of shape (d,)."""


def gaussian(
    mean: NumbersLike, head: NumbersLike | None, param: str = "std", cov: Any = None, size: int = 1
) -> AnyGaussian:
    """A Gaussian of numbers, in `size` dimensions where these do not say more, or of a matrix.

    Args:
        mean: one number for all dimensions, or one for each.
        head: likewise; None where there is a matrix.
        param: what the head means.
        cov: a covariance of shape (d, d), or None.
        size: dimensions, where numbers do not say more.
    """
    if cov is not None:
        if head is not None:
            raise KlcliError("sigma and cov say the same thing twice", "give the spread once")
        return Gaussian.from_matrix(mean, cov)
    if head is None:
        raise KlcliError("sigma is missing", "klcli.compute(0.3, 1.2), or cov=[[1.2, 0.3], [0.3, 0.9]]")
    return independent_gaussian(mean, head, param, size)


def independent_gaussian(
    mean: NumbersLike, head: NumbersLike, param: str = "std", size: int = 1
) -> Gaussian[Heads]:
    """A Gaussian of numbers alone.

    Args:
        mean: one number for all dimensions, or one for each.
        head: likewise.
        param: what the head means.
        size: dimensions, where numbers do not say more.
    """
    means, heads = numbers(mean), numbers(head)
    size = max(size, len(means), len(heads))
    return Gaussian.from_head(
        means * size if len(means) == 1 else means, heads * size if len(heads) == 1 else heads, param
    )


def numbers(given: NumbersLike) -> list[Any]:
    """Numbers as Python has them, out of a number, a sequence or an array.

    Raises:
        KlcliError: they are those of a matrix.
    """
    found = given.tolist() if hasattr(given, "tolist") else given
    several = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else [found]
    if any(isinstance(one, Sequence) and not isinstance(one, str) for one in several):
        raise KlcliError(
            "a Gaussian takes numbers of shape (d,), not a matrix", "a covariance matrix is cov="
        )
    return several


def whole(given: Any, name: str) -> int:
    """A whole number, also one that is a float, such as 1e6.

    Raises:
        KlcliError: it is none.
    """
    if not (hasattr(given, "__index__") or (isinstance(given, float) and given.is_integer())):
        raise KlcliError(f"{name} must be a whole number, got {given!r:.60}", f"for example {name}=1000")
    return int(given)


def nonnegative(given: Any, name: str) -> float:
    """A finite number that is not below 0.

    Raises:
        KlcliError: it is none.
    """
    number = float(given) if isinstance(given, Real) else -1.0
    if not 0 <= number < inf:
        raise KlcliError(f"{name} must be a finite number >= 0, got {given!r:.60}", f"for example {name}=0.5")
    return number


def array_of(given: Any, name: str) -> Any:
    """An array of doubles.

    Raises:
        KlcliError: it holds no real numbers.
    """
    array = unmasked_array(given, name)
    if array.dtype.kind not in "iuf":
        raise KlcliError(
            f"{name} holds no real numbers but {array.dtype}", "for example numpy.array([-1.2, -0.7])"
        )
    return array.astype(float)

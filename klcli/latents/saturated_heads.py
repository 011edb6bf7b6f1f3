"""Heads that sit at a limit: how many equal the smallest and the largest of their latent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True, eq=False)
class Extremes:
    """The smallest and the largest head of each latent, and how many heads are equal to them.

    A head of a network takes a value twice only where something holds it there: a clip, or a constant.

    Attributes:
        least: shape (latents,).
        at_least: how many heads equal it.
        most: shape (latents,).
        at_most: how many heads equal it.
    """

    least: NDArray[Any]
    at_least: NDArray[Any]
    most: NDArray[Any]
    at_most: NDArray[Any]

    def merge(self, other: Extremes) -> Extremes:
        """Those of both."""
        least, at_least = _lower(self.least, self.at_least, other.least, other.at_least)
        most, at_most = _lower(-self.most, self.at_most, -other.most, other.at_most)
        return Extremes(least, at_least, -most, at_most)


def extremes(heads: NDArray[Any]) -> Extremes:
    """Those of a block of shape (rows, latents)."""
    least, most = heads.min(axis=0), heads.max(axis=0)
    return Extremes(least, (heads == least).sum(axis=0), most, (heads == most).sum(axis=0))


def _lower(a: NDArray[Any], at_a: NDArray[Any], b: NDArray[Any], at_b: NDArray[Any]) -> tuple[Any, Any]:
    """The smaller value of each latent, and how many heads of both have it."""
    import numpy

    return numpy.minimum(a, b), numpy.where(a <= b, at_a, 0) + numpy.where(b <= a, at_b, 0)

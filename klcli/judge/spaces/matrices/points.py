"""Random pairs of Gaussians at which formulas of matrices are tried: of several sizes, always the same ones.

A covariance matrix is S = L L^T with a lower L of rationals, so that a Cholesky factor is one of rationals,
too. A few more points are derived from the formula's text, so that no formula can be made to fit the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Generic, TypeVar

from klcli.formula.value.arithmetic import Arithmetic
from klcli.formula.value.linear_algebra import Linear, Matrix, Vector, transposed
from klcli.formula.value.matrix_points import KindedValue
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.spaces.matrices.readings import CHOLESKY, COVARIANCE, PRECISION
from klcli.judge.ways import Side, Way
from klcli.lazy_regex import regex
from klcli.values import dataclass

T = TypeVar("T")

SIZES = (1, 2, 3, 5)
"""One, two that tell d from d^2, and one beyond."""
_ROUNDS = 4
"""Sixteen points of Gaussians for six columns."""
_OTHER_SIZES = (4, 6, 7)
"""Of which two are drawn: a formula that names a size has one of them at most."""
_NUMBER = regex(r"\d+(?:\.\d+)?")
"""A number that stands in a formula."""
_FAR, _FARTHEST, _MOST_FAR = 2, 10**9, 3
"""Numbers of a formula beyond which it could be another one."""


@dataclass(frozen=True, slots=True)
class RationalGaussian:
    """A mean and a lower Cholesky factor, of rationals."""

    mean: tuple[Fraction, ...]
    factor: tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class PosteriorAndPrior:
    """A posterior and a prior."""

    q: RationalGaussian
    p: RationalGaussian

    @property
    def size(self) -> int:
        """The number of dimensions."""
        return len(self.q.mean)


def _gaussian(random: Random, size: int) -> RationalGaussian:
    # Sixteenths, which doubles and decimals hold; none is 0.
    mean = tuple(Fraction(random.choice((-1, 1)) * random.randint(1, 24), 16) for _ in range(size))
    rows = []
    for row in range(size):
        # Sixteenths again, on both sides of 0.
        below = [Fraction(random.randint(-9, 9), 16) for _ in range(row)]
        # A diagonal between 7/16 and 31/16: no matrix is nearly singular.
        rows.append((*below, Fraction(random.randint(7, 31), 16), *[Fraction(0)] * (size - row - 1)))
    return RationalGaussian(mean, tuple(rows))


def _points(seed: str, sizes: tuple[int, ...]) -> tuple[PosteriorAndPrior, ...]:
    # 64 bits are more than there are texts.
    random = Random(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    return tuple(PosteriorAndPrior(_gaussian(random, size), _gaussian(random, size)) for size in sizes)


@lru_cache(maxsize=1)
def fixed_points() -> tuple[PosteriorAndPrior, ...]:
    """The points at which every formula is tried, all sizes after one another."""
    # Two dimensions first, which are soon evaluated; one has numbers for matrices, five is no small count.
    return _points("Gaussians", (2, 3, 1, 5) * _ROUNDS)


def own_points(text: str) -> tuple[PosteriorAndPrior, ...]:
    """Points that depend on the formula: of other sizes, too, and as far out as its own numbers are."""
    random = Random(text)
    sizes = (*SIZES, *random.sample(_OTHER_SIZES, 2))
    far = sorted({Fraction(found) for found in _NUMBER.findall(text)}, reverse=True)
    scales = [number for number in far if _FAR < number < _FARTHEST][:_MOST_FAR]
    return (*_points(text, sizes), *(_far(text, scale) for scale in scales))


def _far(text: str, scale: Fraction) -> PosteriorAndPrior:
    """Two dimensions in which mean and standard deviation of q are larger than a number."""
    (point,) = _points(f"{text}{scale}", (2,))
    q = point.q
    mean = tuple(entry * 2 * scale for entry in q.mean)
    factor = tuple(tuple(entry * 2 * scale for entry in row) for row in q.factor)
    return PosteriorAndPrior(RationalGaussian(mean, factor), point.p)


@dataclass(frozen=True, slots=True)
class Shown(Generic[T]):
    """A Gaussian in numbers of an arithmetic: its mean, its covariance and what else a matrix can be."""

    mean: Vector[T]
    covariance: Matrix[T]
    cholesky: Matrix[T]
    precision: Matrix[T]

    def under(self, reading: Parameterization) -> Matrix[T]:
        """The matrix that a reading has."""
        own = ((COVARIANCE, self.covariance), (CHOLESKY, self.cholesky), (PRECISION, self.precision))
        return next(matrix for row, matrix in own if row is reading)


def shown(gaussian: RationalGaussian, run: Arithmetic[T]) -> Shown[T]:
    """A Gaussian in numbers of an arithmetic."""
    linear = Linear(run)
    factor = tuple(tuple(map(run.number, row)) for row in gaussian.factor)
    covariance = linear.product(factor, transposed(factor))
    return Shown(tuple(map(run.number, gaussian.mean)), covariance, factor, linear.inverse(covariance))


def symbols(
    pair: Mapping[Side, Shown[T]], way: Way, others: Mapping[str, T], run: Arithmetic[T]
) -> dict[str, KindedValue[T]]:
    """The values of all symbols when they are what a way says.

    Args:
        pair: the two Gaussians.
        way: what the symbols are.
        others: the numbers that are neither; weights and other terms.
        run: the arithmetic.
    """
    size = len(pair["q"].mean)
    found: dict[str, KindedValue[T]] = {"I": KindedValue("matrix", Linear(run).identity(size))}
    found |= {name: KindedValue("scalar", value) for name, value in others.items()}
    found |= {name: KindedValue("scalar", run.number(Fraction(size))) for name in way.dimensions}
    found |= {name: KindedValue("vector", pair[side].mean) for name, side in way.means.items()}
    return found | {
        head.name: KindedValue("matrix", pair[head.side].under(head.reading)) for head in way.heads
    }


def divergence(q: Shown[T], p: Shown[T], run: Arithmetic[T]) -> T:
    """KL(q || p) = 1/2 (tr(P S) + dm^T P dm - d - log det(P S)) with P the precision of p.

    Args:
        q: the posterior.
        p: the prior.
        run: the arithmetic.
    """
    linear, operate = Linear(run), run.operate
    difference = tuple(operate("-", one, other) for one, other in zip(q.mean, p.mean, strict=True))
    ratio = linear.product(p.precision, q.covariance)
    form = linear.dot(difference, linear.applied(p.precision, difference))
    total = operate("+", linear.trace(ratio), form)
    total = operate("-", total, run.number(Fraction(len(difference))))
    total = operate("-", total, run.call("log", linear.determinant(ratio)))
    return operate("/", total, run.number(Fraction(2)))

"""W S W^T without rounding errors, for a triangular W of few bits, with a bound on what is left of them.

The number of slices follows from the bound that is asked for. Only the lower half is computed, in blocks of
columns, and W is taken to its diagonal: with k slices that are the work of 5/6 k products of full matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, hypot, log2, sqrt

import numpy as np

from klcli.gaussian.multivariate.products import (
    DIGITS,
    PAIR_ERROR,
    exact_width,
    magnitudes,
    multiplied,
    sliced,
)
from klcli.gaussian.pairs import Array, Pair, difference

__all__ = ["Congruence", "FloatMatrix", "Transform", "congruence", "dot_error", "image"]

_BLOCK = 256
"""Columns at a time: enough for BLAS, few enough for temporary arrays to stay small."""
_MOST_SLICED = 112
"""Bits: of more than a pair of floats holds nothing is left."""


@dataclass(frozen=True, slots=True)
class FloatMatrix:
    """A symmetric matrix S, each entry an unevaluated sum of floats, and how far it may be off.

    Attributes:
        parts: one or two arrays of shape (n, n).
        entrywise: a bound on the error of the entry (i, j), relative to sqrt(S_ii S_jj).
        relative: a bound on |x^T D x| / x^T S x for the error D that comes on top.
    """

    parts: tuple[Array, ...]
    entrywise: float = 0.0
    relative: float = 0.0

    @property
    def high(self) -> Array:
        """The matrix rounded to floats."""
        return self.parts[0]


@dataclass(frozen=True, slots=True)
class Transform:
    """A lower triangular W of few bits.

    Attributes:
        entries: of shape (n, n); those of a row are whole multiples of 2^-bits of a power of two above them.
        bits: of its rows.
    """

    entries: Array
    bits: int

    def pieces(self, width: int) -> list[Array]:
        """What adds up to W, each of that many bits."""
        count = ceil(self.bits / width)
        return [self.entries] if count == 1 else sliced((self.entries,), width, count, axis=1)[:-1]


@dataclass(frozen=True, slots=True)
class Congruence:
    """W S W^T, less the identity if that was asked for.

    Attributes:
        entries: rounded to floats, of shape (n, n).
        diagonal: floats whose exact sum is the trace.
        error: a bound on the Frobenius norm of the error, but for the last rounding of `entries`.
    """

    entries: Array
    diagonal: tuple[float, ...]
    error: float

    @property
    def norm(self) -> float:
        """A bound on the Frobenius norm."""
        return float(np.linalg.norm(self.entries)) * (1 + dot_error(len(self.entries))) + self.error


def dot_error(terms: int) -> float:
    """A bound on the rounding error of a sum of so many products in any order, relative to their sizes."""
    share = (terms + 2) * 2.0**-DIGITS
    return share / (1 - share)


def congruence(
    transform: Transform, parts: Sequence[Array], tolerance: float, *, identity: bool = False
) -> Congruence:
    """W S W^T for a symmetric sum S of one or two arrays.

    Args:
        transform: W.
        parts: S.
        tolerance: a Frobenius norm that the error should not exceed; pairs of floats may not reach it.
        identity: whether the identity is taken off.
    """
    size = len(parts[0])
    sums = np.abs(transform.entries).sum(axis=1)
    reach = float(np.linalg.norm(sums))
    first_reach = float(np.linalg.norm(np.abs(transform.entries) @ magnitudes(parts[0], 0).ravel())) * reach
    piece, width = _widths(transform.bits, size, first_reach / tolerance)
    pieces = transform.pieces(piece)
    count = _slices(first_reach, tolerance / 2, width, size)
    columns = sliced(parts, width, count, axis=0)
    error = _left(count, width, size) * first_reach
    entries, diagonal, rest = np.empty((size, size)), [], 0.0
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        rows = slice(start, stop), slice(0, stop)
        pair = multiplied(
            [part[rows] for part in pieces], transform.entries[rows], [part[:stop] for part in columns]
        )
        turned = tuple(np.ascontiguousarray(part.T) for part in pair)
        here = float(np.linalg.norm(magnitudes(turned[0], 0))) * reach
        count = _slices(here, tolerance / 2 * sqrt((stop - start) / size), width, size)
        rest = hypot(rest, _left(count, width, size) * here)
        diagonal += _fill(entries, start, pieces, transform.entries, sliced(turned, width, count, 0), identity)
    return Congruence(entries, tuple(diagonal), error + rest)


def _fill(
    entries: Array, start: int, pieces: Sequence[Array], whole: Array, columns: Sequence[Array], identity: bool
) -> list[float]:
    """Write a block of columns of W X and their mirror image; the parts of the diagonal."""
    size, wide = len(entries), columns[0].shape[1]
    diagonal: list[float] = []
    for first in range(start, size, _BLOCK):
        last = min(first + _BLOCK, size)
        rows = slice(first, last), slice(0, last)
        high, low = multiplied([part[rows] for part in pieces], whole[rows], [part[:last] for part in columns])
        if first == start:
            if identity:
                high, error = difference(high, np.eye(wide))
                low += error
            diagonal = [*np.diagonal(high).tolist(), *np.diagonal(low).tolist()]
            high, low = _mirrored(high), _mirrored(low)
        entries[rows[0], start : start + wide] = high + low
        entries[start : start + wide, rows[0]] = entries[rows[0], start : start + wide].T
    return diagonal


def _mirrored(block: Array) -> Array:
    """The lower half on both sides."""
    lower = np.tril(block)
    return np.asarray(lower + np.tril(block, -1).T)


def image(transform: Transform, columns: Pair) -> tuple[Pair, float]:
    """W B for a matrix of few columns, and a bound on the Frobenius norm of its error."""
    size = len(columns[0])
    piece, width = _widths(transform.bits, size, 2.0**_MOST_SLICED)
    count = ceil(_MOST_SLICED / width)
    reach = float(np.linalg.norm(np.abs(transform.entries).sum(axis=1)))
    found = multiplied(transform.pieces(piece), transform.entries, sliced(columns, width, count, 0))
    return found, _left(count, width, size) * reach * float(np.linalg.norm(magnitudes(columns[0], 0)))


def _widths(bits: int, inner: int, ratio: float) -> tuple[int, int]:
    """Bits of the pieces of W and of the slices that it meets, with which there are fewest products."""
    whole, needed = exact_width(inner), max(1.0, log2(max(ratio, 2.0)))

    def products(count: int) -> int:
        return count * ceil(needed / (whole - ceil(bits / count)))

    most = max(1, ceil(bits / (whole // 2)))
    counts = [count for count in range(1, most + 1) if ceil(bits / count) < whole]
    piece = ceil(bits / min(counts, key=products))
    return piece, whole - piece


def _slices(size: float, tolerance: float, width: int, inner: int) -> int:
    """Slices behind which a float product of that size has no larger error than the tolerance."""
    excess = dot_error(inner) * size / tolerance
    needed = min(_MOST_SLICED, log2(excess)) if excess > 1 else 1
    return max(1, ceil(needed / width))


def _left(count: int, width: int, inner: int) -> float:
    """The error of a product with so many slices, relative to |W| times the power of two above S."""
    return dot_error(inner) * 2.0 ** -(count * width) + PAIR_ERROR

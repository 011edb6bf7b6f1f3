"""W S W^T without rounding errors, for a triangular W of few bits, with a bound on what is left of them.

The number of slices follows from the bound that is asked for. All factors are triangles, taken in blocks up
to the diagonal, so that each slice costs half a product of full matrices, and a little for the blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, hypot, inf, isfinite, log2, sqrt

import numpy as np

from klcli.gaussian.double_double import DoubleDouble, FloatArray
from klcli.gaussian.multivariate.products import DIGITS, added, exact_width, magnitudes, multiplied, sliced
from klcli.gaussian.multivariate.rounding_bounds import dot_error
from klcli.values import dataclass

_BLOCK, _MOST_BLOCKS = 64, 16
"""Rows at a time: enough for BLAS, few enough for temporary arrays to stay in cache; more of large matrices,
of which blocks of so many rows take little more than the triangles."""
_LEAST_PLAIN = 1e-140
"""From here to its inverse, squares neither vanish nor overflow."""
_MOST_EXPONENT = 500
"""Powers of 2 up to which numbers may be rounded by adding others."""
_SHARE = 1 / 4
"""Of the tolerance, for each of two products whose errors Z + Z^T doubles."""
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

    parts: tuple[FloatArray, ...]
    entrywise: float = 0.0
    relative: float = 0.0

    @property
    def high(self) -> FloatArray:
        """The matrix rounded to floats."""
        return self.parts[0]


@dataclass(frozen=True, slots=True)
class Transform:
    """A lower triangular W of few bits.

    Attributes:
        entries: of shape (n, n); those of a row are whole multiples of 2^-bits of a power of two above them.
        bits: of its rows.
    """

    entries: FloatArray
    bits: int

    def pieces(self, width: int) -> list[FloatArray]:
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

    entries: FloatArray
    diagonal: tuple[float, ...]
    error: float

    @property
    def norm(self) -> float:
        """A bound on the Frobenius norm."""
        return frobenius(self.entries) * (1 + dot_error(len(self.entries))) + self.error


def frobenius(matrix: FloatArray) -> float:
    """The Frobenius norm, of entries of any size."""
    largest = float(np.max(np.abs(matrix)))
    if largest == 0 or _LEAST_PLAIN < largest < 1 / _LEAST_PLAIN or not isfinite(largest):
        return float(np.linalg.norm(matrix)) if isfinite(largest) else inf
    return largest * float(np.linalg.norm(matrix / largest))


def congruence(
    transform: Transform, parts: Sequence[FloatArray], tolerance: float, *, identity: bool = False
) -> Congruence:
    """W S W^T for a symmetric sum S of one or two arrays.

    With the lower triangle U of S, its diagonal halved, it is Z + Z^T for Z = (W U) W^T, and all three are
    triangular: half a product of full matrices for each slice.

    Args:
        transform: W.
        parts: S.
        tolerance: a Frobenius norm that the error should not exceed; pairs of floats may not reach it.
        identity: whether the identity is taken off.
    """
    exponent = int(np.frexp(np.max(np.abs(parts[0])))[1])
    if abs(exponent) > _MOST_EXPONENT:
        return _of_any_size(transform, parts, tolerance, exponent, identity)
    size, whole = len(parts[0]), transform.entries
    halves = [_half(part) for part in parts]
    sums = np.abs(whole).sum(axis=1)
    reach = float(np.linalg.norm(sums))
    needed = reach * float(np.linalg.norm(np.abs(whole) @ magnitudes(halves[0], 0).ravel()))
    piece, width = _widths(transform.bits, size, needed / tolerance)
    pieces = transform.pieces(piece)
    count = _slices(needed, tolerance * _SHARE, width, size)
    columns = sliced(halves, width, count, axis=0)
    error = 2 * _left(count, width, len(pieces), size) * needed
    high, low = np.empty((size, size)), np.empty((size, size))
    rest = 0.0
    for rows in _blocks(size):
        found = _rows_of_triangle(rows, pieces, whole, columns)
        here = float(np.linalg.norm(magnitudes(found[0], 1))) * reach
        count = _slices(here, tolerance * _SHARE * sqrt((rows.stop - rows.start) / size), width, size)
        rest = hypot(rest, 2 * _left(count, width, len(pieces), size) * here)
        _times_transposed(high, low, rows, sliced(found, width, count, axis=1), pieces, whole)
    entries, diagonal = _symmetric_sum(high, low, identity)
    return Congruence(entries, diagonal, error + rest)


def _of_any_size(
    transform: Transform, parts: Sequence[FloatArray], tolerance: float, exponent: int, identity: bool
) -> Congruence:
    """The same, scaled by a power of 2 to the size of 1 and back, so that nothing overflows on the way."""
    unit = np.ldexp(1.0, -exponent)
    found = congruence(transform, [part * unit for part in parts], max(tolerance * unit, _LEAST_PLAIN))
    entries, diagonal = np.ldexp(found.entries, exponent), np.ldexp(found.diagonal, exponent).tolist()
    if identity:
        entries.ravel()[:: len(entries) + 1] -= 1.0
        diagonal += [-1.0] * len(entries)
    return Congruence(entries, tuple(diagonal), float(np.ldexp(found.error, exponent)))


def _half(matrix: FloatArray) -> FloatArray:
    """The lower triangle, its diagonal halved."""
    found = np.tril(matrix)
    found.ravel()[:: len(matrix) + 1] *= 0.5
    return np.asarray(found)


def _blocks(size: int) -> list[slice]:
    block = max(_BLOCK, ceil(size / _MOST_BLOCKS))
    return [slice(start, min(start + block, size)) for start in range(0, size, block)]


def _rows_of_triangle(
    rows: slice, pieces: Sequence[FloatArray], whole: FloatArray, columns: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """A block of rows of W U, up to the diagonal."""
    high, low = (np.empty((rows.stop - rows.start, rows.stop)) for _ in range(2))
    *slices, rest = columns
    for block in _blocks(len(whole)):
        if block.start >= rows.stop:
            break
        inner = slice(block.start, rows.stop)
        exact = (
            (part[rows, inner], column[inner, block])
            for column in reversed(slices)
            for part in reversed(pieces)
        )
        found = multiplied((whole[rows, inner], rest[inner, block]), exact)
        high[:, block], low[:, block] = found
    return high, low


def _times_transposed(
    high: FloatArray,
    low: FloatArray,
    rows: slice,
    slices: Sequence[FloatArray],
    pieces: Sequence[FloatArray],
    whole: FloatArray,
) -> None:
    """Write a block of rows of Z = Y W^T, given the slices of the rows of Y."""
    *exact_rows, rest = slices
    blocks = [block for block in _blocks(len(whole)) if block.stop <= rows.stop]
    if rows.stop < len(whole):
        blocks.append(slice(rows.stop, len(whole)))
    for block in blocks:
        inner = min(block.stop, rows.stop)
        exact = (
            (part[:, :inner], piece[block, :inner].T)
            for part in reversed(exact_rows)
            for piece in reversed(pieces)
        )
        found = multiplied((rest[:, :inner], whole[block, :inner].T), exact)
        high[rows, block], low[rows, block] = found


def _symmetric_sum(high: FloatArray, low: FloatArray, identity: bool) -> tuple[FloatArray, tuple[float, ...]]:
    """Z + Z^T, less the identity, rounded; and the parts of its diagonal. Z is overwritten."""
    blocks, diagonal = _blocks(len(high)), []
    for number, rows in enumerate(blocks):
        for columns in blocks[: number + 1]:
            rest = low[rows, columns] + low[columns, rows].T
            total = added(high[rows, columns], high[columns, rows].T.copy(), rest)
            if columns == rows:
                if identity:
                    total = added(total, -np.eye(len(total)), rest)
                diagonal += [*np.diagonal(total).tolist(), *np.diagonal(rest).tolist()]
            total += rest
            high[rows, columns] = total
            high[columns, rows] = total.T
    return high, tuple(diagonal)


def image(transform: Transform, columns: DoubleDouble) -> tuple[DoubleDouble, float]:
    """W B for a matrix of few columns, and a bound on the Frobenius norm of its error."""
    size, whole = len(columns[0]), transform.entries
    piece, width = _widths(transform.bits, size, 2.0**_MOST_SLICED)
    count = ceil(_MOST_SLICED / width)
    reach = float(np.linalg.norm(np.abs(whole).sum(axis=1)))
    pieces = transform.pieces(piece)
    *slices, rest = sliced(columns, width, count, 0)
    exact = ((part, column) for column in reversed(slices) for part in reversed(pieces))
    error = _left(count, width, len(pieces), size) * reach * float(np.linalg.norm(magnitudes(columns[0], 0)))
    return multiplied((whole, rest), exact), error


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


def _left(count: int, width: int, pieces: int, inner: int) -> float:
    """The error of a product with so many slices, relative to |W| times the power of two above S.

    That of the rest in floats, and that of a sum of k terms in pairs, each with an error of 2^-106 k.
    """
    return dot_error(inner) * 2.0 ** -(count * width) + (count * pieces + 2) ** 2 * 2.0 ** (-2 * DIGITS)

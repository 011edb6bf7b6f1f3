"""Matrix products without rounding error, in float64.

A factor is cut into slices of so few bits that the products of slices are exact, whatever the order in which
BLAS adds them up; the exact products are then added in pairs of floats (Ozaki, Ogita, Oishi and Rump,
Error-free transformations of matrix multiplication, Numerical Algorithms 59, 2012). What is left behind the
last slice is so small that its product may be rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, log2

import numpy as np

from klcli.gaussian.double_double import DoubleDouble, FloatArray, add, difference

DIGITS = 53
"""Bits of a float64."""
ANCHOR = 1.5
"""Times a power of two, far from it and from the next one: what is added keeps its last bit the unit."""


def exact_width(inner: int) -> int:
    """Bits that both factors may have together for sums of `inner` products to be exact."""
    return DIGITS - ceil(log2(max(2, inner)))


def magnitudes(matrix: FloatArray, axis: int) -> FloatArray:
    """A power of two above every row (axis 1) or column (axis 0), with the axis kept; 0 above zeros."""
    largest = np.max(np.abs(matrix), axis=axis, keepdims=True)
    return np.asarray(np.ldexp(np.sign(largest), np.frexp(largest)[1]))


def sliced(parts: Sequence[FloatArray], width: int, count: int, axis: int) -> list[FloatArray]:
    """`count` slices of `width` bits of a sum of one or two matrices, and the rest, rounded.

    The slices are whole multiples of a unit for each row or column. Adding a number whose last bit is the
    unit, and taking it off again, rounds to multiples of the unit.

    Args:
        parts: one or two arrays of shape (n, m), the larger first.
        width: of a slice, in bits.
        count: of the slices.
        axis: along which numbers share a unit.
    """
    high, low = parts[0], parts[1] if len(parts) > 1 else None
    _, exponent = np.frexp(np.max(np.abs(high), axis=axis, keepdims=True))
    slices = []
    for number in range(1, count + 1):
        anchor = np.ldexp(ANCHOR, exponent + (DIGITS - 1 - number * width))
        part = high + anchor
        part -= anchor
        high = high - part
        if low is not None:
            high, low = difference(high, -low)
        slices.append(part)
    return [*slices, high if low is None else high + low]


def multiplied(
    rough: tuple[FloatArray, FloatArray], exact: Iterable[tuple[FloatArray, FloatArray]]
) -> DoubleDouble:
    """The sum of products of matrices.

    Args:
        rough: the factors of the one that may be rounded.
        exact: the factors of those that have no rounding error, from small to large.

    Returns:
        the sum, whose error is that of the rough product, and one of k^2 2^-106 of the sizes of k products.
    """
    high = rough[0] @ rough[1]
    low = np.zeros_like(high)
    for left, right in exact:
        high = added(high, left @ right, low)
    return add(high, low)  # where the sum has cancelled, the error of this is one of the low part


def added(high: FloatArray, term: FloatArray, low: FloatArray) -> FloatArray:
    """The sum of two arrays; its error is added to the third, and the second is overwritten (Knuth).

    Args:
        high: an array of any shape, which stays as it is.
        term: of that shape; it is overwritten.
        low: of that shape; the error of the sum is added to it.
    """
    total = high + term
    part = total - high
    term -= part
    np.subtract(total, part, out=part)
    np.subtract(high, part, out=part)
    part += term
    low += part
    return total


def exact_product(left: DoubleDouble, right: DoubleDouble, bits: int) -> DoubleDouble:
    """The product of two matrices, each an unevaluated sum of two.

    Args:
        left: of shape (n, k).
        right: of shape (k, m).
        bits: of each factor that count, below the largest entry of its row (left) or column (right).

    Returns:
        the product with an error of about 2^-bits of |row| |column| k, or 2^-104 of the entry.
    """
    width = exact_width(right[0].shape[0]) // 2
    count = ceil(bits / width)
    rows = sliced(left, width, count, axis=1)[:-1]
    columns = sliced(right, width, count, axis=0)[:-1]
    shape = (left[0].shape[0], right[0].shape[1])
    high, low = np.zeros(shape), np.zeros(shape)
    for order in range(count - 1, -1, -1):  # the smallest products first
        for i in range(order + 1):
            high, low = _sum((high, low), rows[i] @ columns[order - i])
    return high, low


def _sum(total: DoubleDouble, term: FloatArray) -> DoubleDouble:
    """A pair and a float, added; the terms may cancel."""
    high, error = difference(total[0], -term)
    return difference(high, -(error + total[1]))

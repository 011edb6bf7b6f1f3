"""Matrix products without rounding error, in float64.

Each factor is cut into slices of so few bits that the products of slices are exact, whatever the order in
which BLAS adds them up; the exact products are then added in pairs of floats (Ozaki, Ogita, Oishi and Rump,
Error-free transformations of matrix multiplication, Numerical Algorithms 59, 2012).
"""

from __future__ import annotations

from math import ceil, log2

import numpy as np

from klcli.gaussian.pairs import Array, Pair, add, difference

__all__ = ["exact_product"]

_BITS = 53


def exact_product(left: Pair, right: Pair, bits: int) -> Pair:
    """The product of two matrices, each an unevaluated sum of two.

    Args:
        left: of shape (n, k).
        right: of shape (k, m).
        bits: of each factor that count, below the largest entry of its row (left) or column (right).

    Returns:
        the product with an error of about 2^-bits of |row| |column| k, or 2^-104 of the entry.
    """
    width = (_BITS - ceil(log2(max(2, right[0].shape[0])))) // 2
    count = ceil(bits / width)
    rows = _slices(left, width, count, axis=1)
    columns = _slices(right, width, count, axis=0)
    shape = (left[0].shape[0], right[0].shape[1])
    high, low = np.zeros(shape), np.zeros(shape)
    for order in range(count - 1, -1, -1):  # the smallest products first
        for i in range(order + 1):
            high, low = _sum((high, low), rows[i] @ columns[order - i])
    return high, low


def _slices(matrix: Pair, width: int, count: int, axis: int) -> list[Array]:
    """Matrices of whole multiples of a unit for each row or column, which add up to the given one.

    Adding a number whose last bit is the unit, and taking it off again, rounds to multiples of the unit.
    """
    high, low = matrix
    _, exponent = np.frexp(np.max(np.abs(high), axis=axis, keepdims=True))
    slices = []
    for number in range(1, count + 1):
        anchor = np.ldexp(1.5, exponent + (_BITS - 1 - number * width))
        part = (high + anchor) - anchor
        high, low = add(high - part, low)
        slices.append(part)
    return slices


def _sum(total: Pair, term: Array) -> Pair:
    """A pair and a float, added; the terms may cancel."""
    high, error = difference(total[0], -term)
    return difference(high, -(error + total[1]))

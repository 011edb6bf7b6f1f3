"""Random and notorious matrices, and an independent reference for the divergence: mpmath at many digits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy

from tests.reference import exact

Rows = list[list[Fraction]]


class Parts(NamedTuple):
    """The value of KL(q || p) in nats and its parts."""

    value: Any
    spread: Any
    shift: Any
    trace: Any
    log_determinant: Any
    mahalanobis: Any


def reference(
    covariance_q: Sequence[Sequence[Any]],
    covariance_p: Sequence[Sequence[Any]],
    distance: Sequence[Any],
    digits: int = 100,
) -> Parts:
    """From the textbook formula with an inverse and determinants (Kullback 1959, chapter 9)."""
    with mpmath.workdps(digits):
        s_q, s_p = (
            mpmath.matrix([[exact(x) for x in row] for row in rows]) for rows in (covariance_q, covariance_p)
        )
        gap = mpmath.matrix([exact(x) for x in distance])
        size = len(distance)
        inverse = s_p**-1
        trace = sum((inverse[i, :] * s_q[:, i])[0] for i in range(size))
        mahalanobis = (gap.T * inverse * gap)[0]
        log_determinant = mpmath.log(mpmath.det(s_q) / mpmath.det(s_p))
        spread = (trace - size - log_determinant) / 2
        return Parts(spread + mahalanobis / 2, spread, mahalanobis / 2, trace, log_determinant, mahalanobis)


def hilbert(order: int, digits: int = 40) -> Rows:
    """The Hilbert matrix with its entries as decimals."""
    return [
        [Fraction(round(Fraction(10**digits, i + j + 1)), 10**digits) for j in range(order)]
        for i in range(order)
    ]


def identity(order: int) -> Rows:
    return [[Fraction(i == j) for j in range(order)] for i in range(order)]


def rational(matrix: Any) -> Rows:
    """Floats as they are."""
    return [[Fraction(float(entry)) for entry in row] for row in matrix]


def ill_conditioned(generator: numpy.random.Generator, size: int, condition: float) -> Any:
    """A random symmetric matrix whose eigenvalues fall from 1 to 1/condition."""
    rotation, _ = numpy.linalg.qr(generator.standard_normal((size, size)))
    eigenvalues = condition ** -numpy.linspace(0, 1, size)
    matrix = rotation * eigenvalues @ rotation.T
    return (matrix + matrix.T) / 2

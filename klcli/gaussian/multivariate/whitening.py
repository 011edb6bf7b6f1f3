"""The terms of KL(q || p) for large matrices, in float64, by whitening.

With any W for which W S_p W^T is near the identity, and G the Cholesky factor of that, the eigenvalues l of
E = G^-1 W (S_q - S_p) W^T G^-T give

    spread = 1/2 sum(l - log(1 + l))        shift = 1/2 |G^-1 W (mu_q - mu_p)|^2

which is never negative and keeps its digits where S_q is near S_p. The divergence is invariant under W: a W
rounded to floats is no approximation if it is multiplied without rounding errors, which makes the error
independent of the condition of S_p.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, inf, log, log2, prod, sqrt
from typing import Literal, TypeAlias

import numpy as np

from klcli.gaussian.kernel import excess
from klcli.gaussian.multivariate.divergence import Method
from klcli.gaussian.multivariate.products import exact_product
from klcli.gaussian.pairs import Array, Pair, difference

__all__ = ["IndefiniteError", "Whitened", "definite_factor", "plus", "whiten"]

_EPSILON = 2.0**-53
_PLAIN = 30.0
"""The condition up to which factors of the matrix as it is lose no more than two digits."""
_SPARE_BITS = 64
_MOST_ROUNDS = 5
_NEAR_IDENTITY = 0.25
_LEAST_RATIO, _MOST_RATIO = 0.1, 10.0
"""Eigenvalues of S_p^-1 S_q between these have kept their digits; where one has not, determinants have."""


Which: TypeAlias = Literal["posterior", "prior"]


class IndefiniteError(ArithmeticError):
    """A matrix is not positive definite.

    Attributes:
        which: the ``posterior``'s or the ``prior``'s.
        order: of the first leading minor that is not positive in float64.
        singular: whether the matrix may be positive semidefinite, as far as float64 can tell.
    """

    def __init__(self, which: Which, order: int, *, singular: bool) -> None:
        super().__init__(which, order)
        self.which: Which = which
        self.order = order
        self.singular = singular


@dataclass(frozen=True, slots=True)
class Whitened:
    """The parts of a divergence in nats.

    Attributes:
        spread: the part that depends on the covariances only.
        square: the squared Mahalanobis distance of the means.
        trace: of S_p^-1 S_q, minus the dimension.
        log_determinant: log(|S_q| / |S_p|).
        method: how the products were formed.
        error: an estimate of the relative error of the divergence.
    """

    spread: float
    square: float
    trace: float
    log_determinant: float
    method: Method
    error: float


def whiten(target: Pair, base: Pair, distance: Pair) -> Whitened:
    """The parts of the divergence from their whitened difference.

    Args:
        target: S_q, of shape (n, n), each entry an unevaluated sum.
        base: S_p, of the same shape.
        distance: mu_q - mu_p, of shape (n, 1).

    Raises:
        IndefiniteError: one of them is not positive definite.
    """
    target, base, distance = _balanced(target, base, distance)
    gap = plus(target, (-base[0], -base[1]))
    condition = _condition(base[0])
    flat: _Flat | None = None
    method: Method
    if condition <= _PLAIN:
        method, error = "whitening", 4 * _EPSILON * condition
        near, change, shift = base[0], gap[0], distance[0]
    else:
        method, error = "whitening with exact products", 8 * _EPSILON * sqrt(len(base[0]))
        flat = _flattened(base, "prior")
        near = np.eye(len(base[0])) + flat.rest
        change = _rounded(_congruent(flat.transform, gap))
        shift = _rounded(exact_product(_exact(flat.transform), distance, _bits(flat.transform)))
    whitener = np.linalg.inv(np.linalg.cholesky(near))
    relative = whitener @ change @ whitener.T
    eigenvalues: Array = np.asarray(np.linalg.eigvalsh((relative + relative.T) / 2), dtype=np.float64)
    trace = float(np.trace(relative))
    smallest, largest = eigenvalues[0], eigenvalues[-1]
    if smallest >= _LEAST_RATIO - 1 and largest <= _MOST_RATIO:
        determinant = float(np.sum(np.log1p(eigenvalues)))
    else:
        determinant = _log_determinant_ratio(
            _flattened(target, "posterior"), flat or _flattened(base, "prior")
        )
    if smallest >= _LEAST_RATIO - 1:
        half_square = 0.5 * eigenvalues * eigenvalues
        spread = 0.5 * float(np.sum(excess(eigenvalues, half_square, 1 + eigenvalues)))
    else:
        spread = 0.5 * (trace - determinant)
    return Whitened(spread, float(np.sum((whitener @ shift) ** 2)), trace, determinant, method, error)


def _balanced(target: Pair, base: Pair, distance: Pair) -> tuple[Pair, Pair, Pair]:
    """All in units, powers of 2, in which the diagonal of `base` lies between 1/2 and 2."""
    if (number := _not_positive(np.diagonal(base[0]))) is not None:
        raise IndefiniteError("prior", number, singular=False)
    _, exponent = np.frexp(np.sqrt(np.diagonal(base[0])))
    column = -exponent[:, None]
    both = column - exponent[None, :]
    scale = np.ldexp
    return (
        (scale(target[0], both), scale(target[1], both)),
        (scale(base[0], both), scale(base[1], both)),
        (scale(distance[0], column), scale(distance[1], column)),
    )


def _not_positive(numbers: Array) -> int | None:
    """The place, counted from 1, of the first number that is not positive."""
    failing = np.flatnonzero(~(numbers > 0))
    return int(failing[0]) + 1 if len(failing) else None


def _condition(matrix: Array) -> float:
    eigenvalues = np.linalg.eigvalsh(matrix)
    return float(eigenvalues[-1] / eigenvalues[0]) if eigenvalues[0] > 0 else inf


@dataclass(frozen=True, slots=True)
class _Flat:
    """A lower triangular W, and W S W^T - I, which is small."""

    transform: Array
    rest: Array


def _flattened(matrix: Pair, which: Which) -> _Flat:
    """A lower triangular W for which W S W^T is near the identity.

    Where S is so ill-conditioned that it has no factor in floats, a first W is found for S with a little
    added to its diagonal, and improved.
    """
    identity = np.eye(len(matrix[0]))
    transform, current = identity, matrix
    for _ in range(_MOST_ROUNDS):
        transform = np.linalg.inv(definite_factor(current[0], which)) @ transform
        current = _congruent(transform, matrix)
        rest = _rounded((current[0] - identity, current[1]))
        if np.linalg.norm(rest) <= _NEAR_IDENTITY:
            return _Flat(transform, rest)
    raise IndefiniteError(which, _failing_minor(matrix[0]), singular=True)


def definite_factor(matrix: Array, which: Which) -> Array:
    """The Cholesky factor of a matrix, or of one that is very near and has a factor in floats.

    Raises:
        IndefiniteError: there is none near it.
    """
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        size = len(matrix)
    added = 4 * size * _EPSILON * np.max(np.diagonal(matrix))
    try:
        return np.asarray(np.linalg.cholesky(matrix + added * np.eye(size)), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise IndefiniteError(which, _failing_minor(matrix), singular=False) from None


def _failing_minor(matrix: Array) -> int:
    """The order of the first leading minor that LAPACK finds not positive."""
    from scipy.linalg.lapack import dpotrf

    _, order = dpotrf(matrix, lower=True)
    return int(order) or len(matrix)


def _congruent(transform: Array, matrix: Pair) -> Pair:
    """W S W^T."""
    bits = _bits(transform)
    return exact_product(exact_product(_exact(transform), matrix, bits), _exact(transform.T.copy()), bits)


def _bits(transform: Array) -> int:
    """So many that 64 are left where products with W cancel down to the unit."""
    return _SPARE_BITS + ceil(2 * log2(max(1.0, float(np.max(np.abs(transform))) * len(transform))))


def _log_determinant_ratio(target: _Flat, base: _Flat) -> float:
    """log(|S_q| / |S_p|) from the determinants of what flattens the matrices."""
    volumes = [
        prod(Fraction(float(entry)) for entry in np.diagonal(flat.transform)) for flat in (target, base)
    ]
    logs = [float(np.sum(np.log1p(np.linalg.eigvalsh(flat.rest)))) for flat in (target, base)]
    return 2 * _log(abs(Fraction(volumes[1]) / volumes[0])) + logs[0] - logs[1]


def _log(number: Fraction) -> float:
    """The logarithm of a rational of any size."""
    exponent = number.numerator.bit_length() - number.denominator.bit_length()
    return log(number / Fraction(2) ** exponent) + exponent * log(2)


def plus(left: Pair, right: Pair) -> Pair:
    """The sum of two pairs."""
    high, error = difference(left[0], -right[0])
    return difference(high, -(error + (left[1] + right[1])))


def _rounded(pair: Pair) -> Array:
    return np.asarray(pair[0] + pair[1])


def _exact(matrix: Array) -> Pair:
    return matrix, np.zeros_like(matrix)

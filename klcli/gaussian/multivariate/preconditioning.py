"""A triangular W of few bits for which W S W^T is near the identity, and the determinant of S that follows.

As W is triangular to the last bit, its determinant is the product of its diagonal, exactly; what W S W^T
leaves of the identity is computed without rounding errors. So nothing depends on the condition of S, but for
the number of slices that are multiplied.
"""

from __future__ import annotations

from decimal import Context, Decimal
from math import ceil, log2, prod, sqrt
from typing import Literal, TypeAlias

import numpy as np

from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.multivariate.congruence import Congruence, FloatMatrix, Transform, congruence
from klcli.gaussian.multivariate.products import ANCHOR, DIGITS, magnitudes
from klcli.gaussian.multivariate.rounding_bounds import UNIT_ROUNDOFF
from klcli.values import dataclass

_MOST_ROUNDS = 5
"""Of preconditioning what is left of the round before; a matrix that needs more is singular in float64."""
_AIM = 2.0**-6
"""The Frobenius norm of W S W^T - I that the rounding of W is chosen for: what is left is then computed in
floats, and its rounding errors carry the square of it."""
_NEAR_IDENTITY = 0.25
"""Norm of the rest within which the series of the remainder converges fast."""
_ADDED = 4
"""Times n u the largest entry, on the diagonal of a matrix without a factor: a half was enough for all of 120
random matrices of half rank and 8 to 512 dimensions, 0 for none."""
_LEAST_BITS = 4
"""Of a row: fewer save no slice."""
_LOG = Context(prec=50)
"""The result has the 32 digits of two floats; 18 more may cancel in the difference of two logarithms."""
_HEAD = 200
"""Bits of a whole number that its logarithm is taken of: more than 50 digits of it."""

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
class Preconditioner:
    """A preconditioner of S: with D = diag(2^-units), the matrix W D S D W^T is I + R.

    Attributes:
        units: whole numbers, of shape (n,).
        transform: W.
        rest: R.
    """

    units: FloatArray
    transform: Transform
    rest: Congruence


def balance(matrix: FloatArray, which: Which) -> FloatArray:
    """Whole numbers: rows and columns scaled by these powers of 2 leave a diagonal between 1/4 and 4.

    Raises:
        IndefiniteError: the diagonal is not positive.
    """
    failing = np.flatnonzero(~(np.diagonal(matrix) > 0))
    if len(failing):
        singular = bool((np.diagonal(matrix) >= 0).all())
        raise IndefiniteError(which, int(failing[0]) + 1, singular=singular)
    _, exponent = np.frexp(np.sqrt(np.diagonal(matrix)))
    return np.asarray(exponent)


def scaled(matrix: FloatMatrix, units: FloatArray) -> FloatMatrix:
    """D S D for D = diag(2^-units)."""
    if not units.any():
        return matrix
    factor = np.ldexp(1.0, -units)
    parts = tuple(part * factor[:, None] * factor for part in matrix.parts)
    return FloatMatrix(parts, matrix.entrywise, matrix.relative)


def preconditioner(given: FloatMatrix, which: Which, tolerance: float) -> Preconditioner:
    """W for a matrix, with an error of the rest that pairs of floats can keep below `tolerance`.

    Where S is so ill-conditioned that it has no factor in floats, a first W is found for S with a little
    added to its diagonal, and improved.

    Args:
        given: S, of shape (d, d).
        which: of the two Gaussians it is, for the message.
        tolerance: for the error of the rest.

    Raises:
        IndefiniteError: the matrix is not positive definite, as far as float64 can tell.
    """
    units = balance(given.high, which)
    matrix = scaled(given, units)
    current, entries, unknown = matrix.high, None, 0.0
    for _ in range(_MOST_ROUNDS):
        inverse = triangular_inverse(lower_factor(current, which, unknown))
        entries = inverse if entries is None else np.tril(inverse @ entries)
        transform = _rounded(entries, matrix.high)
        rest = congruence(transform, matrix.parts, tolerance, identity=True)
        rest = Congruence(rest.entries, rest.diagonal, rest.error + spread_error(matrix, transform))
        if rest.norm <= _NEAR_IDENTITY:
            return Preconditioner(units, transform, rest)
        entries = transform.entries
        current, unknown = plus_identity(rest.entries), rest.error
    raise IndefiniteError(which, _cholesky(matrix.high)[1] or len(matrix.high), singular=True)


def spread_error(matrix: FloatMatrix, transform: Transform, apart: float = _NEAR_IDENTITY) -> float:
    """A bound on the Frobenius norm of W D W^T for the error D of S, where W S W^T is so far from I.

    Args:
        matrix: S, of shape (d, d), which is known but for D.
        transform: W.
        apart: a bound on the norm of W S W^T - I.
    """
    if not (matrix.entrywise or matrix.relative):
        return 0.0
    reach = np.abs(transform.entries) @ np.sqrt(np.diagonal(matrix.high))
    return matrix.entrywise * float(reach @ reach) + matrix.relative * (sqrt(len(reach)) + 1 + apart)


def triangular_inverse(lower: FloatArray) -> FloatArray:
    """The inverse of a lower triangular matrix, whose entries above the diagonal are exactly 0."""
    from scipy.linalg.lapack import dtrtri

    inverse, _ = dtrtri(lower.T, lower=0)  # its transpose is what LAPACK sees without a copy
    return np.asarray(inverse.T, dtype=np.float64)


def plus_identity(matrix: FloatArray) -> FloatArray:
    """I + R."""
    found = matrix.copy()
    found.ravel()[:: len(found) + 1] += 1.0
    return found


def lower_factor(matrix: FloatArray, which: Which, unknown: float = 0.0) -> FloatArray:
    """The Cholesky factor of a matrix, or of one that is very near and has a factor in floats.

    Args:
        matrix: S, of shape (d, d).
        which: of the two Gaussians it is, for the message.
        unknown: a bound on the norm of what is not known of S.

    Raises:
        IndefiniteError: there is none near it; a negative eigenvalue that is no larger than what is not known
            may be that of a singular matrix.
    """
    upper, failing = _cholesky(matrix)
    if failing:
        size = len(matrix)
        added = _ADDED * size * UNIT_ROUNDOFF * np.max(np.diagonal(matrix))
        upper, still = _cholesky(matrix + added * np.eye(size))
        if still:
            is_unclear = unknown > 0 and bool(np.linalg.eigvalsh(matrix)[0] >= -unknown)
            raise IndefiniteError(which, failing, singular=is_unclear)
    return upper.T


def _cholesky(matrix: FloatArray) -> tuple[FloatArray, int]:
    """The transposed factor, and the order of the first leading minor that is not positive, or 0."""
    from scipy.linalg.lapack import dpotrf

    upper, order = dpotrf(matrix.T, lower=0, clean=1)
    return upper, int(order)


def _rounded(entries: FloatArray, matrix: FloatArray) -> Transform:
    """W with as few bits a row as leave W S W^T about `_AIM` from the identity.

    Rounding the row i to b bits changes W S W^T by about 2^-b |w_i| sqrt(tr S_i / 12), with the largest entry
    |w_i| of the row and the leading minor S_i that it meets: a rounding has a variance of 1/12.
    """
    largest = magnitudes(entries, 1)
    traces = np.cumsum(np.diagonal(matrix))
    change = sqrt(2 * float((largest.ravel() ** 2) @ traces) / 12)
    bits = min(DIGITS, max(_LEAST_BITS, ceil(log2(max(1.0, change) / _AIM))))
    anchor = ANCHOR * 2.0 ** (DIGITS - 1 - bits) * largest
    return Transform((entries + anchor) - anchor, bits)


def log_volume_ratio(target: Preconditioner, base: Preconditioner) -> tuple[float, float]:
    """2 log(|W_p| / |W_q|) for the preconditioners of S_q and S_p, in units as given, as a sum of two floats.

    It is log(|S_q| / |S_p|) but for the determinants of what is left of the identity.
    """
    mantissas, exponents = [], []
    for conditioner in (base, target):
        mantissa, exponent = np.frexp(np.diagonal(conditioner.transform.entries))
        mantissas.append(prod(map(int, np.ldexp(mantissa, DIGITS).tolist())))
        exponents.append(int(exponent.sum()) - int(conditioner.units.sum()))
    logs = [_log(number) for number in mantissas]
    total = _LOG.multiply(2, logs[0] - logs[1] + (exponents[0] - exponents[1]) * _LOG.ln(Decimal(2)))
    return float(total), float(total - Decimal(float(total)))


def _log(number: int) -> Decimal:
    """The logarithm of a whole number of any size, to 50 digits."""
    shift = max(0, number.bit_length() - _HEAD)
    return _LOG.add(_LOG.ln(Decimal(number >> shift)), _LOG.multiply(shift, _LOG.ln(Decimal(2))))

"""The terms of KL(q || p) for large matrices, in float64, by whitening, with a proved bound on their error.

With any W for which W S_p W^T = I + R is near the identity, and C = W (S_q - S_p) W^T,

    2 spread = tr((I + R)^-1 C) - log(|S_q| / |S_p|)        2 shift = |(I + R)^(-1/2) W (mu_q - mu_p)|^2

The divergence is invariant under W: a W rounded to few bits is no approximation if it is multiplied without
rounding errors, which makes the error independent of the condition of S_p. S_q has a W of its own, and with
both the determinants. Where S_q is near S_p that would cancel; then, with the Cholesky factor of I + E,
E = (I + R)^(-1/2) C (I + R)^(-1/2),

    2 spread = tr E - log |I + E| = sum_{j<k} L_kj^2 + sum_k (d_k - log(1 + d_k)),  d_k = E_kk - sum_{j<k} L_kj^2

in which no term is negative, and which keeps its digits.

The bounds are those of Higham, Accuracy and Stability of Numerical Algorithms, 2002: a sum of n products in
any order has an error of at most g = n u / (1 - n u) of their sizes (3.1), a Cholesky factor L of A one of
g |L| |L^T| in A (10.3), a solved triangular system one of g |L| in L (8.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, sqrt

import numpy as np

from klcli.gaussian.kernel import excess
from klcli.gaussian.multivariate.congruence import Congruence, FloatMatrix, congruence, dot_error, image
from klcli.gaussian.multivariate.flattening import (
    Flat,
    balance,
    flattened,
    log_volume_ratio,
    lower_factor,
    scaled,
    spread_error,
    triangular_inverse,
)
from klcli.gaussian.multivariate.products import DIGITS
from klcli.gaussian.pairs import Array, Pair, difference

__all__ = ["Whitened", "whiten"]

_UNIT = 2.0**-DIGITS
_TOLERANCE = 2.0**-58
"""What R may be off, and C relative to its norm: less than what the rounding of the result adds."""
_APART = 0.5
"""The Frobenius norm of C from which on determinants do not cancel."""
_SUM_ERROR = 64 * _UNIT
"""A bound on the relative error of numpy's sum of up to 2^25 positive terms: blocks of 128 in eight strands,
added up by pairs."""


@dataclass(frozen=True, slots=True)
class Whitened:
    """The parts of a divergence in nats.

    Attributes:
        spread: the part that depends on the covariances only.
        square: the squared Mahalanobis distance of the means.
        trace: of S_p^-1 S_q, minus the dimension.
        log_determinant: log(|S_q| / |S_p|).
        error: a bound on the relative error of the divergence.
    """

    spread: float
    square: float
    trace: float
    log_determinant: float
    error: float


@dataclass(frozen=True, slots=True)
class _Twice:
    """Twice the spread, with its parts and a bound on its absolute error."""

    value: float
    trace: float
    log_determinant: float
    error: float


@dataclass(frozen=True, slots=True)
class _Remainder:
    """R, near 0, with what solves systems with I + R.

    Attributes:
        matrix: R.
        factor: the Cholesky factor of I + R.
        inverse: the inverse of that.
        growth: a bound on | |V| |L| |, for the factor L and its inverse V.
    """

    matrix: Congruence
    factor: Array
    inverse: Array

    @property
    def growth(self) -> float:
        return (1 + 2 * self.matrix.norm) ** 2


def whiten(target: FloatMatrix, base: FloatMatrix, distance: Pair) -> Whitened:
    """The parts of the divergence from their whitened difference.

    Args:
        target: S_q.
        base: S_p.
        distance: mu_q - mu_p, of shape (n, 1).

    Raises:
        IndefiniteError: one of them is not positive definite.
    """
    flat = flattened(base, "prior", _TOLERANCE)
    factor = lower_factor(flat.rest.entries + np.eye(len(base.high)), "prior")
    rest = _Remainder(flat.rest, factor, triangular_inverse(factor))
    square, square_error = _square(distance, flat, rest)
    twice = _twice_the_spread(target, base, flat, rest)
    total = twice.value + square
    error = (twice.error + square_error) / total + 3 * _UNIT if total else 0.0
    return Whitened(twice.value / 2, square, twice.trace, twice.log_determinant, error)


def _twice_the_spread(target: FloatMatrix, base: FloatMatrix, flat: Flat, rest: _Remainder) -> _Twice:
    balance(target.high, "posterior")
    change = _change(scaled(target, flat.units), scaled(base, flat.units), flat)
    if change is None:
        return _Twice(0.0, 0.0, 0.0, 0.0)
    if change.norm <= _APART:
        return _near(change, rest)
    return _apart(change, flat, rest, flattened(target, "posterior", _TOLERANCE))


def _change(target: FloatMatrix, base: FloatMatrix, flat: Flat) -> Congruence | None:
    """W (S_q - S_p) W^T, or None where nothing is left of the difference."""
    gap = _gap(target.parts, base.parts)
    if not gap[0].any():
        return None
    entries = flat.transform.entries
    probe = np.random.Generator(np.random.SFC64(0)).standard_normal((len(entries), 1))
    norm = float(np.linalg.norm(entries @ (gap[0] @ (entries.T @ probe))))
    found = congruence(flat.transform, gap, _TOLERANCE * norm)
    if found.error > 4 * _TOLERANCE * found.norm:  # rounding errors had made the first look too large
        found = congruence(flat.transform, gap, _TOLERANCE * found.norm)
    given = spread_error(target, flat.transform, found.norm) + spread_error(base, flat.transform)
    return replace(found, error=found.error + given)


def _gap(target: tuple[Array, ...], base: tuple[Array, ...]) -> tuple[Array, ...]:
    """S_q - S_p as one or two arrays."""
    high, low = difference(target[0], base[0])
    for part in target[1:]:
        low += part
    for part in base[1:]:
        low -= part
    return difference(high, -low) if low.any() else (high,)


def _near(change: Congruence, rest: _Remainder) -> _Twice:
    """From E, for a C near 0: with V (I + R) V^T near I it is V C V^T."""
    size, norm, growth = len(change.entries), change.norm, rest.growth
    relative = rest.inverse @ change.entries @ rest.inverse.T
    relative = (relative + relative.T) / 2
    rounding = dot_error(size) * growth * (4 + growth) + rest.matrix.error + 2 * _UNIT
    error = 1.4 * (norm * rounding + change.error)  # 1.4 > |(I + R)^-1|
    factor = lower_factor(relative + np.eye(size), "posterior")
    value, error = _excess(relative, factor, error)
    trace = fsum(np.diagonal(relative).tolist())
    return _Twice(value, trace, trace - value, error)


def _apart(change: Congruence, flat: Flat, rest: _Remainder, other: Flat) -> _Twice:
    """From traces and determinants: tr (I + R)^-1 C is tr C - tr R C + tr R (I + R)^-1 R C."""
    small, own = rest.matrix, other.rest
    size, norm, left = len(change.entries), change.norm, small.norm
    image = rest.inverse @ small.entries
    trace = [
        *change.diagonal,
        -float(np.sum(small.entries * change.entries)),
        float(np.sum((image.T @ image) * change.entries)),
    ]
    factor = lower_factor(own.entries + np.eye(size), "posterior")
    excess_q, error_q = _excess(own.entries, factor, own.error + _UNIT * own.norm)
    excess_p, error_p = _excess(small.entries, rest.factor, small.error + _UNIT * left)
    logs = [
        *log_volume_ratio(other, flat),
        *own.diagonal,
        -excess_q,
        *(-entry for entry in small.diagonal),
        excess_p,
    ]
    rounding = left * norm * (_SUM_ERROR + 4 * _UNIT + 10 * dot_error(size) * rest.growth * left)
    error = (
        sqrt(size) * (change.error + small.error + own.error)
        + 1.4 * (left * change.error + norm * small.error)
        + rounding
        + error_q
        + error_p
    )
    value = max(0.0, fsum([*trace, *(-term for term in logs)]))
    return _Twice(value, fsum(trace), fsum(logs), error)


def _excess(matrix: Array, factor: Array, error: float) -> tuple[float, float]:
    """tr E - log |I + E| for a matrix E of norm below 3/4, and a bound on its error.

    Args:
        matrix: E, symmetric.
        factor: the Cholesky factor of I + E.
        error: a bound on the Frobenius norm of the error of E.

    With a matrix F of no trace, which holds the residual of the factor, the sum is that of E + F, and
    moves by <(I + E)^-1 E, F>.
    """
    diagonal, lower = np.diagonal(matrix), np.tril(factor, -1)
    sums = np.sum(lower * lower, axis=1)
    pivots = diagonal - sums
    value = float(np.sum(sums)) + float(np.sum(excess(pivots, 0.5 * pivots * pivots, 1 + pivots)))
    below, norm = sqrt(float(np.sum(sums))), float(np.linalg.norm(matrix)) * (1 + _SUM_ERROR)
    residual = dot_error(len(matrix)) * below * (sqrt(2) * (float(np.max(factor)) + 1.1) + below)
    slope = 1.01 * norm / (1 - norm)
    rounding = 4 * _UNIT * float(np.abs(pivots) @ (np.abs(diagonal) + 70 * sums))
    return value, slope * (error + residual) + rounding + 2 * _SUM_ERROR * value


def _square(distance: Pair, flat: Flat, rest: _Remainder) -> tuple[float, float]:
    """|(I + R)^(-1/2) s|^2 = s^T s - s^T R s + s^T R (I + R)^-1 R s for s = W (mu_q - mu_p), and its error."""
    if not distance[0].any():
        return 0.0, 0.0
    unit = np.ldexp(1.0, -flat.units)[:, None]
    (high, low), error = image(flat.transform, (distance[0] * unit, distance[1] * unit))
    moved = rest.matrix.entries @ high
    bent = rest.inverse @ moved
    parts = (high * high, 2 * high * low, -high * moved, bent * bent)
    norm, left = float(np.linalg.norm(high)), rest.matrix.norm
    rounding = 3 * _UNIT + 3 * dot_error(len(high)) * rest.growth * left + 1.4 * rest.matrix.error
    found = fsum(number for part in parts for number in part.ravel().tolist())
    return found, 3 * error * norm + rounding * norm * norm

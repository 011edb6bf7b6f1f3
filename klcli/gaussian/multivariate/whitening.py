"""The terms of KL(q || p) for large matrices, in float64, by whitening, with a proved bound on their error.

With any W for which W S_p W^T = I + R is near the identity, and C = W (S_q - S_p) W^T,

    2 spread = tr((I + R)^-1 C) - log(|S_q| / |S_p|)        2 shift = |(I + R)^(-1/2) W (mu_q - mu_p)|^2

The divergence is invariant under W: a W rounded to few bits is no approximation if it is multiplied without
rounding errors, which makes the error independent of the condition of S_p. S_q has a W of its own, and with
both the determinants. Where S_q is near S_p that would cancel; then, with the Cholesky factor of I + E,
E = (I + R)^(-1/2) C (I + R)^(-1/2),

    2 spread = tr E - log |I + E| = sum_{j<k} L_kj^2 + sum_k (d_k - log(1 + d_k))
    with d_k = E_kk - sum_{j<k} L_kj^2

in which no term is negative, and which keeps its digits.

The bounds are those of Higham, Accuracy and Stability of Numerical Algorithms, 2002: a sum of n products in
any order has an error of at most g = n u / (1 - n u) of their sizes (3.1), a Cholesky factor L of A one of
g |L| |L^T| in A (10.3), a solved triangular system one of g |L| in L (8.5).
"""

from __future__ import annotations

from math import fsum, inf, isfinite, sqrt

import numpy as np

from klcli.gaussian.double_double import DoubleDouble, FloatArray, difference
from klcli.gaussian.multivariate.congruence import Congruence, FloatMatrix, congruence, frobenius, image
from klcli.gaussian.multivariate.near_identity import Remainder, excess_of
from klcli.gaussian.multivariate.preconditioning import (
    Preconditioner,
    balance,
    log_volume_ratio,
    preconditioner,
    scaled,
    spread_error,
)
from klcli.gaussian.multivariate.rounding_bounds import SUM_ERROR, UNIT_ROUNDOFF, dot_error
from klcli.values import dataclass, replace

_FINER = 2.0**-16
"""By which the tolerance of a second and a third attempt is smaller."""
_ATTEMPTS = 3
"""Each with a finer tolerance than the one before, for divergences near zero."""
_LARGE = 1024
"""Dimensions from which a finer tolerance would take a second slice."""
_LONGEST = 2.0**520
"""A distance of the means, in units of the prior's deviations, whose square is beyond the doubles."""
_APART = 0.5
"""The Frobenius norm of C from which on determinants do not cancel."""
_LEAST = 4 / 3
"""A bound on |(I + R)^-1|."""


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
    """Twice the spread, with its parts and two bounds on its absolute error.

    Attributes:
        value: twice the spread.
        trace: of S_p^-1 S_q, minus the dimension.
        log_determinant: log(|S_q| / |S_p|).
        sliced: on what more slices and exacter matrices would take away.
        rounded: on the rest.
    """

    value: float
    trace: float
    log_determinant: float
    sliced: float
    rounded: float


_BEYOND = _Twice(inf, inf, 0.0, 0.0, 0.0)
"""Where it is no double."""


def whiten(target: FloatMatrix, base: FloatMatrix, distance: DoubleDouble) -> Whitened:
    """The parts of the divergence from their whitened difference.

    Args:
        target: S_q.
        base: S_p.
        distance: mu_q - mu_p, of shape (n, 1).

    Raises:
        IndefiniteError: one of them is not positive definite.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what is beyond the doubles ends as infinite
        return _whitened(target, base, distance)


def _whitened(target: FloatMatrix, base: FloatMatrix, distance: DoubleDouble) -> Whitened:
    aim = dot_error(len(base.high))
    for tolerance in _tolerances(len(base.high)):
        conditioner = preconditioner(base, "prior", tolerance)
        rest = Remainder.of(conditioner.rest, "prior")
        square, square_error = _square(distance, conditioner, rest)
        twice = _twice_the_spread(target, base, conditioner, rest, tolerance)
        total = twice.value + square
        if not isfinite(total):
            return Whitened(inf, inf, inf, 0.0, 0.0)
        if twice.sliced <= max(aim * total, twice.rounded):
            break
    # Three roundings: of the spread, of the square, and of their sum.
    error = (twice.sliced + twice.rounded + square_error) / total + 3 * UNIT_ROUNDOFF if total else 0.0
    return Whitened(twice.value / 2, square, twice.trace, twice.log_determinant, error)


def _tolerances(size: int) -> list[float]:
    """What R may be off, and C: first what adds less than the rounding of the result does.

    Where that would take a second slice of thousands of dimensions, it is what one slice leaves: a little of
    n u, the error of one dot product, where the divergence is d/4 nats or more. The next are for less.
    """
    # 8 roundings, up to so many dimensions; the sixth power makes them 8 n u at n = 4,096.
    first = 2.0**-50 * max(1.0, size / _LARGE) ** 6
    return [first * _FINER**number for number in range(_ATTEMPTS)]


def _twice_the_spread(
    target: FloatMatrix, base: FloatMatrix, conditioner: Preconditioner, rest: Remainder, tolerance: float
) -> _Twice:
    balance(target.high, "posterior")
    matrices = scaled(target, conditioner.units), scaled(base, conditioner.units)
    change = None
    if not all(np.isfinite(matrix.high).all() for matrix in matrices):
        return _BEYOND
    # From one vector, which may be too large: what turns out near is computed again from the difference.
    if _estimate(conditioner, matrices[0].high, matrices[1].high) > 4 * _APART:
        change = _from_image(matrices[0], conditioner, tolerance)
    if change is None or change.norm <= 2 * _APART:
        gap = _gap(matrices[0].parts, matrices[1].parts)
        if not gap[0].any():
            return _Twice(0.0, 0.0, 0.0, 0.0, 0.0)
        change = _from_difference(gap, *matrices, conditioner, tolerance)
    if change.norm <= _APART:
        return _near(change, rest)
    if not isfinite(change.norm):
        return _BEYOND
    return _apart(change, conditioner, rest, preconditioner(target, "posterior", tolerance))


def _estimate(conditioner: Preconditioner, high: FloatArray, less: FloatArray | None = None) -> float:
    """The norm of W (A - B) W^T from its image of a random vector; rounding errors may make it too large."""
    entries = conditioner.transform.entries
    moved = entries.T @ np.random.Generator(np.random.SFC64(0)).standard_normal((len(entries), 1))
    found = high @ moved if less is None else high @ moved - less @ moved
    return frobenius(entries @ found)


def _from_image(target: FloatMatrix, conditioner: Preconditioner, tolerance: float) -> Congruence:
    """C as W S_q W^T - I - R."""
    found = congruence(conditioner.transform, target.parts, tolerance, identity=True)
    return Congruence(
        found.entries - conditioner.rest.entries,
        (*found.diagonal, *(-entry for entry in conditioner.rest.diagonal)),
        found.error + conditioner.rest.error + spread_error(target, conditioner.transform, found.norm),
    )


def _from_difference(
    gap: tuple[FloatArray, ...],
    target: FloatMatrix,
    base: FloatMatrix,
    conditioner: Preconditioner,
    tolerance: float,
) -> Congruence:
    """C as W (S_q - S_p) W^T, with a tolerance relative to its norm."""
    norm = _estimate(conditioner, gap[0])
    found = congruence(conditioner.transform, gap, tolerance * norm)
    if found.error > 4 * tolerance * found.norm:  # for less, a second product would not pay
        found = congruence(conditioner.transform, gap, tolerance * found.norm)
    given = spread_error(target, conditioner.transform, found.norm) + spread_error(
        base, conditioner.transform
    )
    return replace(found, error=found.error + given)


def _gap(target: tuple[FloatArray, ...], base: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
    """S_q - S_p as one or two arrays."""
    high, low = difference(target[0], base[0])
    for part in target[1:]:
        low += part
    for part in base[1:]:
        low -= part
    return difference(high, -low) if low.any() else (high,)


def _near(change: Congruence, rest: Remainder) -> _Twice:
    """From E = L^-1 C L^-T, for a C near 0 and the Cholesky factor L of I + R."""
    size, norm, growth = len(change.entries), change.norm, rest.growth
    relative = rest.solved(rest.solved(change.entries).T)
    whole = Remainder.of(Congruence((relative + relative.T) / 2, (), 0.0), "posterior")
    # 5: two solved systems take 2, and the factor, whose error counts growth^2, at most (1 + 2/4)^2 = 2.25.
    rounding = _LEAST * norm * (5 * dot_error(size) * growth + 2 * UNIT_ROUNDOFF)
    value, slope, rounded = excess_of(whole.matrix.entries, whole.factor)
    sliced = slope * _LEAST * (norm * rest.matrix.error + change.error)
    trace = fsum(np.diagonal(whole.matrix.entries).tolist())
    return _Twice(value, trace, trace - value, sliced, rounded + slope * rounding)


def _apart(change: Congruence, conditioner: Preconditioner, rest: Remainder, other: Preconditioner) -> _Twice:
    """From traces and determinants: tr (I + R)^-1 C is tr C - tr R C + tr R (I + R)^-1 R C."""
    small, own = rest.matrix, Remainder.of(other.rest, "posterior")
    size, norm, left = len(change.entries), change.norm, small.norm
    image = rest.solved(small.entries)
    trace = [
        *change.diagonal,
        -float(np.sum(small.entries * change.entries)),
        float(np.sum((image.T @ image) * change.entries)),
    ]
    excess_q, error_q = own.excess()
    excess_p, error_p = rest.excess()
    logs = [
        *log_volume_ratio(other, conditioner),
        *other.rest.diagonal,
        -excess_q,
        *(-entry for entry in small.diagonal),
        excess_p,
    ]
    sliced = sqrt(size) * (change.error + small.error + other.rest.error)
    sliced += _LEAST * (left * change.error + norm * small.error)
    # 10: a solved system, its square and the factor take up to 6.3 for an R of a norm of 1/4.
    rounded = left * norm * (SUM_ERROR + 4 * UNIT_ROUNDOFF + 10 * dot_error(size) * rest.growth * left)
    try:
        value = max(0.0, fsum([*trace, *(-term for term in logs)]))
        return _Twice(value, fsum(trace), fsum(logs), sliced, rounded + error_q + error_p)
    except OverflowError:
        return _BEYOND


def _square(distance: DoubleDouble, conditioner: Preconditioner, rest: Remainder) -> tuple[float, float]:
    """|(I + R)^(-1/2) s|^2 = s^T s - s^T R s + s^T R (I + R)^-1 R s with s = W (mu_q - mu_p); its error."""
    if not distance[0].any():
        return 0.0, 0.0
    unit = np.ldexp(1.0, -conditioner.units)[:, None]
    scaled_distance = distance[0] * unit, distance[1] * unit
    if not np.max(np.abs(scaled_distance[0])) < _LONGEST:
        return inf, 0.0
    (high, low), error = image(conditioner.transform, scaled_distance)
    moved = rest.matrix.entries @ high
    bent = rest.solved(moved)
    parts = (high * high, 2 * high * low, -high * moved, bent * bent)
    norm, left = frobenius(high), rest.matrix.norm
    # The second 3: the products and systems of the terms with R take up to 2.2 for an R of a norm of 1/4.
    rounding = 3 * UNIT_ROUNDOFF + 3 * dot_error(len(high)) * rest.growth * left + _LEAST * rest.matrix.error
    if not all(np.isfinite(part).all() for part in parts):
        return inf, 0.0
    found = fsum(number for part in parts for number in part.ravel().tolist())
    # An error of s counts 2 |(I + R)^-1|, at most 8/3.
    return found, 3 * error * norm + rounding * norm * norm

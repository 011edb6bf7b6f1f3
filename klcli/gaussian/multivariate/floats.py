"""Large Gaussians in float64: their matrices as pairs of floats, which hold decimals to 106 bits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

from klcli.errors import KlcliError
from klcli.gaussian.multivariate.distribution import FORMS, MultivariateGaussian
from klcli.gaussian.multivariate.products import exact_product
from klcli.gaussian.multivariate.whitening import IndefiniteError, Whitened, definite_factor, plus, whiten
from klcli.gaussian.pairs import Pair, add, difference

__all__ = ["covariance", "whitened"]

_BITS = 110
"""Of the factors of a covariance: all of a float, and most of what stands far below the largest entry."""
_FLOAT_BITS = 53
_MOST_STEPS = 8
_SETTLED = 1e-10
"""A residual whose square, which the next step leaves, cannot be seen."""


def whitened(q: MultivariateGaussian, p: MultivariateGaussian) -> Whitened | None:
    """The parts of KL(q || p); None where the posterior is singular, as far as float64 can tell.

    Raises:
        KlcliError: a matrix is not positive definite, or the prior's is singular.
    """
    distance = _pairs([[mean_q - mean_p] for mean_q, mean_p in zip(q.mean, p.mean, strict=True)])
    try:
        return whiten(covariance(q), covariance(p), distance)
    except IndefiniteError as error:
        if error.which == "posterior" and error.singular:
            return None
        form = FORMS[q.form if error.which == "posterior" else p.form]
        raise _indefinite(f"the {error.which}'s {form}", error) from None


@lru_cache(maxsize=4)
def covariance(gaussian: MultivariateGaussian) -> Pair:
    """The covariance matrix, of shape (d, d), each entry a sum of two floats.

    Raises:
        KlcliError: a precision matrix that is not positive definite.
    """
    match gaussian.form:
        case "cholesky":
            factor = _pairs(gaussian.matrix)
            return exact_product(factor, (factor[0].T.copy(), factor[1].T.copy()), _BITS)
        case "precision-matrix":
            try:
                return _inverse(_pairs(gaussian.matrix))
            except IndefiniteError as error:
                raise _indefinite("the precision matrix", error) from None
    return _pairs(gaussian.symmetric())


def _inverse(matrix: Pair) -> Pair:
    """The inverse by Newton's iteration X (2 I - P X), each product without rounding errors."""
    factor = definite_factor(matrix[0], "posterior")
    lower = np.linalg.inv(factor)
    start = lower.T @ lower
    found: Pair = (start, np.zeros_like(start))
    for _ in range(_MOST_STEPS):
        image = exact_product(matrix, found, _BITS)
        rest = difference(np.eye(len(start)), image[0])
        rest = add(rest[0], rest[1] - image[1])
        step = exact_product(found, rest, _BITS)
        found = plus(found, step)
        if np.max(np.abs(rest[0])) < _SETTLED:
            break
    return _symmetric(found)


def _symmetric(matrix: Pair) -> Pair:
    high, low = plus(matrix, (matrix[0].T, matrix[1].T))
    return high / 2, low / 2


def _pairs(rows: Sequence[Sequence[Fraction]]) -> Pair:
    """Rationals as sums of two floats."""
    high = np.array([[float(entry) for entry in row] for row in rows])
    low = np.array([[_rest(entry) for entry in row] for row in rows])
    return high, low


def _rest(number: Fraction) -> float:
    """What the nearest float leaves of a rational; nothing of what came from a float."""
    denominator = number.denominator
    if denominator & (denominator - 1) == 0 and number.numerator.bit_length() <= _FLOAT_BITS:
        return 0.0
    return float(number - Fraction(float(number)))


def _indefinite(name: str, error: IndefiniteError) -> KlcliError:
    kind = "singular" if error.singular else "not positive definite"
    return KlcliError(
        f"{name} is {kind}: its leading minor of order {error.order} is not positive in double precision",
        "a small multiple of the identity added makes it positive definite",
    )

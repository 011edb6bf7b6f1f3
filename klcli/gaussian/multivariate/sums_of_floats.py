"""Large Gaussians in float64: their matrices as sums of floats, which hold decimals to 106 bits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.double_double import DoubleDouble, add, difference
from klcli.gaussian.double_double import product as exact_products
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.matrices.forms_and_sizes import FORMS
from klcli.gaussian.matrices.large_matrices import Floats, floats, pair_of
from klcli.gaussian.multivariate.congruence import FloatMatrix
from klcli.gaussian.multivariate.preconditioning import IndefiniteError, lower_factor, triangular_inverse
from klcli.gaussian.multivariate.products import exact_product
from klcli.gaussian.multivariate.rounding_bounds import dot_error
from klcli.gaussian.multivariate.whitening import Whitened, whiten

_BITS = 110
"""Of the factors of a covariance: all of a float, and most of what stands far below the largest entry."""
_PAIR = 2.0**-105
"""The relative error of a rational as a pair of floats, twice over."""
_OF_CORRELATION = 8 * _PAIR
"""The error of two products of three such pairs: 1.4 `_PAIR` was the most that 20 random matrices showed."""
_PRODUCT = 2.0**-97
"""The error of an exact product of two such factors, relative to the sizes of a row and a column: of 110 bits
of each, and of the sum of up to 2^12 of them."""
_MOST_STEPS = 8
"""Of an iteration that doubles the digits each time, from those of a Cholesky factor."""
_SETTLED = 1e-10
"""A residual whose square, which the next step leaves, cannot be seen."""


def whitened(q: Gaussian[Covariance], p: Gaussian[Covariance]) -> Whitened | None:
    """The parts of KL(q || p); None where the posterior is singular, as far as float64 can tell.

    Raises:
        KlcliError: a matrix is not positive definite, or the prior's is singular.
    """
    try:
        return whiten(covariance_matrix(q.spread), covariance_matrix(p.spread), distance(q, p))
    except IndefiniteError as error:
        if error.which == "posterior" and error.singular:
            return None
        form = FORMS[q.spread.form if error.which == "posterior" else p.spread.form]
        raise _indefinite(f"the {error.which}'s {form}", error) from None


def distance(q: Gaussian[Covariance], p: Gaussian[Covariance]) -> DoubleDouble:
    """mu_q - mu_p, of shape (d, 1), as sums of two floats."""
    return pair_of([[mean_q - mean_p] for mean_q, mean_p in zip(q.mean, p.mean, strict=True)])


@lru_cache(maxsize=2)
def covariance_matrix(covariance: Covariance) -> FloatMatrix:
    """The covariance matrix, of shape (d, d), and how far it may be off.

    Raises:
        KlcliError: a precision matrix that is not positive definite.
    """
    matrix = covariance.matrix
    if not isinstance(matrix, Floats):
        matrix = floats(matrix)
    match covariance.form:
        case "cholesky":
            lower = _pair(matrix)
            found = exact_product(lower, (lower[0].T.copy(), lower[1].T.copy()), _BITS)
            return FloatMatrix(_symmetric(found), _PRODUCT)
        case "precision-matrix":
            try:
                return _inverse(_pair(matrix))
            except IndefiniteError as error:
                raise _indefinite("the precision matrix", error) from None
        case "correlation":
            return FloatMatrix(_of_correlation(_pair(matrix), covariance.std), _OF_CORRELATION)
    return FloatMatrix(matrix.parts, _PAIR if len(matrix.parts) > 1 else 0.0)


def _of_correlation(matrix: DoubleDouble, std: Sequence[Fraction]) -> DoubleDouble:
    """D R D."""
    high, low = pair_of([std])
    for column in ((high, low), (high.T, low.T)):
        whole, error = exact_products(matrix[0], np.broadcast_to(column[0], matrix[0].shape))
        matrix = add(whole, error + (matrix[0] * column[1] + matrix[1] * column[0]))
    return matrix


def _inverse(matrix: DoubleDouble) -> FloatMatrix:
    """The inverse X of P by Newton's iteration X (2 I - P X), each product without rounding errors.

    With V = L^-1 of the Cholesky factor of P, S = P^-1 differs from X by S (I - P X), and by no more than
    |V (I - P X) V^-1| of x^T S x, up to the small |V P V^T - I|.
    """
    lower = lower_factor(matrix[0], "posterior")
    inverse = triangular_inverse(lower)
    start = inverse.T @ inverse
    found: DoubleDouble = (start, np.zeros_like(start))
    for _ in range(_MOST_STEPS):
        rest = _residual(matrix, found)
        found = _plus(found, exact_product(found, rest, _BITS))
        if np.max(np.abs(rest[0])) < _SETTLED:
            break
    found = _symmetric(found)
    rest = _residual(matrix, found)
    seen = np.linalg.norm(inverse @ (rest[0] + rest[1]) @ lower)
    unseen = (
        _PRODUCT
        * np.linalg.norm(np.abs(inverse) @ np.abs(matrix[0]))
        * np.linalg.norm(np.abs(found[0]) @ np.abs(lower))
    )
    rounding = dot_error(2 * len(lower)) * np.linalg.norm(np.abs(inverse) @ np.abs(rest[0]) @ np.abs(lower))
    return FloatMatrix(found, _PAIR, 2 * float(seen + unseen + rounding))


def _residual(matrix: DoubleDouble, inverse: DoubleDouble) -> DoubleDouble:
    """I - P X."""
    image = exact_product(matrix, inverse, _BITS)
    high, low = difference(np.eye(len(image[0])), image[0])
    return add(high, low - image[1])


def _plus(left: DoubleDouble, right: DoubleDouble) -> DoubleDouble:
    high, error = difference(left[0], -right[0])
    return difference(high, -(error + (left[1] + right[1])))


def _symmetric(matrix: DoubleDouble) -> DoubleDouble:
    high, low = _plus(matrix, (matrix[0].T, matrix[1].T))
    return high / 2, low / 2


def _pair(matrix: Floats) -> DoubleDouble:
    """A matrix as a sum of two arrays."""
    high = matrix.parts[0]
    return high, matrix.parts[1] if len(matrix.parts) > 1 else np.zeros_like(high)


def _indefinite(name: str, error: IndefiniteError) -> KlcliError:
    kind = "singular" if error.singular else "not positive definite"
    return KlcliError(
        f"{name} is {kind}: its leading minor of order {error.order} is not positive in double precision",
        "a small multiple of the identity added makes it positive definite",
    )

"""I + R with a small R: its factor, its determinant, and bounds on their errors."""

from __future__ import annotations

from math import sqrt

import numpy as np

from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.kernel_terms import excess
from klcli.gaussian.multivariate.congruence import Congruence
from klcli.gaussian.multivariate.preconditioning import Which, lower_factor, plus_identity
from klcli.gaussian.multivariate.rounding_bounds import SUM_ERROR, UNIT_ROUNDOFF, dot_error
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Remainder:
    """R, near 0, with the Cholesky factor of I + R."""

    matrix: Congruence
    factor: FloatArray

    @classmethod
    def of(cls, matrix: Congruence, which: Which) -> Remainder:
        """With the factor; `which` of both matrices it is, for an error that cannot be."""
        return cls(matrix, lower_factor(plus_identity(matrix.entries), which))

    @property
    def growth(self) -> float:
        """A bound on the norm of |L^-1| |L|, for the factor L."""
        return (1 + 2 * self.matrix.norm) ** 2

    def solved(self, right: FloatArray) -> FloatArray:
        """L^-1 B."""
        from scipy.linalg.blas import dtrsm

        return np.asarray(dtrsm(1.0, self.factor.T, right.T, side=1, lower=0).T)

    def excess(self) -> tuple[float, float]:
        """tr R - log |I + R|, and a bound on its error."""
        value, slope, rounding = excess_of(self.matrix.entries, self.factor)
        return value, slope * (self.matrix.error + UNIT_ROUNDOFF * self.matrix.norm) + rounding


def excess_of(matrix: FloatArray, factor: FloatArray) -> tuple[float, float, float]:
    """tr E - log |I + E| for a matrix E of norm below 3/4, given the Cholesky factor of I + E.

    The factor is that of I + E + F with a diagonal of F that the differences d_k undo; an F with the
    residual off the diagonal moves the sum by <(I + E)^-1 E, F>.

    Returns:
        the value; a bound on what an error of E adds to it, relative to the Frobenius norm of that; and one
        on its own rounding error.
    """
    diagonal, lower = np.diagonal(matrix), np.tril(factor, -1)
    lower *= lower
    sums = np.sum(lower, axis=1)
    pivots = diagonal - sums
    value = float(np.sum(sums)) + float(np.sum(excess(pivots, 0.5 * pivots * pivots, 1 + pivots)))
    below, norm = sqrt(float(np.sum(sums))), float(np.linalg.norm(matrix)) * (1 + SUM_ERROR)
    # 1.1: the diagonal of F moves L_kk by up to g (1 + E_kk) / (2 L_kk), at most 0.67 g for such an E.
    residual = dot_error(len(matrix)) * below * (sqrt(2) * (float(np.max(np.diagonal(factor))) + 1.1) + below)
    # A hundredth more than the derivative: the errors that it is for are far smaller than that.
    slope = 1.01 * norm / (1 - norm)
    # 70: the 64 units of SUM_ERROR, and a few of what is made of the sums.
    rounding = 4 * UNIT_ROUNDOFF * float(np.abs(pivots) @ (np.abs(diagonal) + 70 * sums))
    return value, slope, slope * residual + rounding + 2 * SUM_ERROR * value

"""What a matrix of a formula can be: the readings of a head that is a matrix.

In one dimension each is a reading of a number.
"""

from __future__ import annotations

from collections.abc import Mapping

from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.values import replace


def _of_matrices(number: str, name: str, meaning: str) -> Parameterization:
    return replace(PARAMETERIZATIONS[number], name=name, meaning=meaning)


COVARIANCE = _of_matrices("var", "covariance", "a covariance matrix")
CHOLESKY = _of_matrices("std", "cholesky", "the lower Cholesky factor of a covariance matrix")
PRECISION = _of_matrices("precision", "precision", "a precision matrix, the inverse of a covariance matrix")
READINGS: Mapping[str, Parameterization] = {row.name: row for row in (COVARIANCE, CHOLESKY, PRECISION)}
"""The readings of a matrix, by name."""

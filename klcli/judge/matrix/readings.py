"""What a matrix of a formula can be: the readings of a head that is a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

__all__ = ["READINGS", "Reading"]

Reading: TypeAlias = Literal["covariance", "cholesky", "precision"]

READINGS: Mapping[Reading, str] = {
    "covariance": "a covariance matrix",
    "cholesky": "the lower Cholesky factor of a covariance matrix",
    "precision": "a precision matrix, the inverse of a covariance matrix",
}
"""What a matrix can be, in words."""

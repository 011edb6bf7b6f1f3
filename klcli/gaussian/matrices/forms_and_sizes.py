"""The forms in which a covariance may be given, and up to which sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

MOST_EXACT = 16
"""Dimensions up to which matrices are treated in exact arithmetic."""

CovarianceForm: TypeAlias = Literal["cov", "cholesky", "precision-matrix", "correlation"]
FORMS: Mapping[CovarianceForm, str] = {
    "cov": "covariance matrix",
    "cholesky": "Cholesky factor",
    "precision-matrix": "precision matrix",
    "correlation": "correlation matrix",
}
"""How a covariance may be given."""
MOST_DIMENSIONS: Mapping[CovarianceForm, int] = {
    "cov": 4096,
    "cholesky": 1024,
    "precision-matrix": 1024,
    "correlation": 4096,
}
"""Beyond these, error-free products take more than a minute: of a factor with itself, or in an inverse."""

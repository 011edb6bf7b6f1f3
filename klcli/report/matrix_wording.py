"""Gaussians with matrices in a line of words."""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.numeral import decimal_text, significant
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.multivariate.distribution import FORMS, MultivariateGaussian
from klcli.report.wording import list_text, normal_text, plain

__all__ = ["gaussian_words", "matrix_words", "normal_words"]

_MOST_SHOWN = 4
"""Dimensions up to which a matrix is written out."""
_MOST_FIGURES = 16
"""Characters up to which an entry is written as it was given."""


def gaussian_words(gaussian: Gaussian | MultivariateGaussian, index: str) -> str:
    """A Gaussian in a line of words, with its matrix if it has one."""
    if isinstance(gaussian, Gaussian):
        return plain(normal_text(gaussian))
    return f"{normal_words(gaussian, index)}, where {matrix_words(gaussian)}"


def matrix_words(gaussian: MultivariateGaussian) -> str:
    """``[[1.2, 0.3], [0.3, 0.9]] is a covariance matrix``."""
    size = gaussian.dimension
    rows = ["[" + ", ".join(map(_short, row)) + "]" for row in gaussian.matrix] if size <= _MOST_SHOWN else []
    shown = f"[{', '.join(rows)}]" if rows else f"the {size} x {size} matrix"
    scales = (
        f", with the standard deviations {list_text([*map(_short, gaussian.std)])}" if gaussian.std else ""
    )
    return f"{shown} is a {FORMS[gaussian.form]}{scales}"


def normal_words(gaussian: MultivariateGaussian, index: str) -> str:
    """``N((0.3, 0.1), S_q)``, or ``N(0, I)``."""
    means = gaussian.mean
    shown = means[:1] if len(set(means)) == 1 else means
    spread = "I" if gaussian.has_identity else f"S_{index}"
    return f"N({list_text([_short(number) for number in shown])}, {spread})"


def _short(number: Fraction) -> str:
    exact = decimal_text(number)
    return exact if len(exact) <= _MOST_FIGURES else significant(float(number))

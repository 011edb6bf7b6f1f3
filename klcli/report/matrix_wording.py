"""Gaussians with matrices in a line of words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from klcli.formula.numeral import decimal_text, significant
from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.matrices.forms_and_sizes import FORMS
from klcli.report.gaussian_wording import normal_text
from klcli.report.wording import list_text, plain

if TYPE_CHECKING:
    from klcli.gaussian.matrices.covariance import Covariance

_MOST_SHOWN = 4
"""Dimensions up to which a matrix is written out."""
_MOST_LISTED = 16
"""Dimensions up to which means are written out."""
_MOST_FIGURES = 16
"""Characters up to which an entry is written as it was given."""


def gaussian_words(gaussian: AnyGaussian, index: str) -> str:
    """A Gaussian in a line of words, with its matrix if it has one."""
    if has_heads(gaussian):
        return plain(normal_text(gaussian))
    return f"{normal_words(gaussian, index)}, where {matrix_words(gaussian.spread)}"


def matrix_words(covariance: Covariance) -> str:
    """``[[1.2, 0.3], [0.3, 0.9]] is a covariance matrix``."""
    size = covariance.dimension
    if size <= _MOST_SHOWN and isinstance(covariance.matrix, tuple):
        rows = ["[" + ", ".join(map(_short, row)) + "]" for row in covariance.matrix]
        shown = f"[{', '.join(rows)}]"
    else:
        file = f" in {covariance.origin.file}" if covariance.origin else ""
        shown = f"the {size} x {size} matrix{file}"
    scales = f", with the standard deviations {_listed(covariance.std)}" if covariance.std else ""
    return f"{shown} is a {FORMS[covariance.form]}{scales}"


def normal_words(gaussian: Gaussian[Covariance], index: str) -> str:
    """``N((0.3, 0.1), S_q)``, or ``N(0, I)``."""
    spread = "I" if gaussian.spread.is_identity else f"S_{index}"
    return f"N({_listed(gaussian.mean)}, {spread})"


def _listed(numbers: Sequence[Fraction]) -> str:
    """Numbers in brackets; one if all are the same, and the first and the last of many."""
    if len(set(numbers)) == 1:
        return _short(numbers[0])
    if len(numbers) <= _MOST_LISTED:
        return list_text([*map(_short, numbers)])
    # The first three and the last show the pattern, if there is one.
    return list_text([*map(_short, numbers[:3]), "...", _short(numbers[-1])])


def _short(number: Fraction) -> str:
    exact = decimal_text(number)
    return exact if len(exact) <= _MOST_FIGURES else significant(float(number))

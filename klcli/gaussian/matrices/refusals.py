"""What is refused as a covariance matrix of rationals, and in which words."""

from __future__ import annotations

from fractions import Fraction

from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text
from klcli.gaussian.matrices.forms_and_sizes import (
    FORMS,
    MOST_DIMENSIONS,
    MOST_EXACT,
    CovarianceForm,
)
from klcli.gaussian.matrices.rational_matrices import Rational, factor, is_semidefinite

ROUNDED_ASYMMETRY = Fraction(1, 10**12)
"""The relative asymmetry that computing a covariance in floating point leaves."""


def admitted(rows: Rational, form: CovarianceForm) -> tuple[Rational, float]:
    """The matrix, each entry the mean of itself and its mirror image, and how far these were apart.

    Raises:
        KlcliError: another shape, not symmetric, not positive definite, no factor, no correlations.
    """
    _check_shape(rows, form)
    if form == "cholesky":
        _check_factor(rows)
        return rows, 0.0
    rows, asymmetry = _symmetric(rows, form)
    if form == "correlation":
        _check_correlation(rows)
    _check_definite(rows, form)
    return rows, asymmetry


def _check_shape(rows: Rational, form: CovarianceForm) -> None:
    size = len(rows)
    if not size or not rows[0]:
        raise KlcliError(f"the {FORMS[form]} is empty", "for example '[[1.2, 0.3], [0.3, 0.9]]'")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise KlcliError(
                f"row {number} of the {FORMS[form]} has {len(row)} entries, row 1 has {len(rows[0])}",
                "give every row the same number of entries",
            )
    if size != len(rows[0]):
        raise KlcliError(
            f"the {FORMS[form]} is {size} x {len(rows[0])}, not square",
            "for independent dimensions give a list: --sigma 1.2,0.9 or --var 1.44,0.81",
        )
    if size > MOST_DIMENSIONS[form]:
        raise too_many(size, form)


def too_many(size: int, form: CovarianceForm) -> KlcliError:
    """The error for a matrix that is too large."""
    most, widest = MOST_DIMENSIONS[form], MOST_DIMENSIONS["cov"]
    other = f"; as a covariance matrix, up to {widest:,}" if most < widest else ""
    return KlcliError(f"the {FORMS[form]} has {size:,} dimensions", f"at most {most:,} are computed{other}")


def _symmetric(rows: Rational, form: CovarianceForm) -> tuple[Rational, float]:
    """The mean of the matrix and its mirror image, and how far they were apart."""
    widest = Fraction(0)
    for i, row in enumerate(rows):
        for j in range(i):
            entry, mirror = row[j], rows[j][i]
            if entry == mirror:
                continue
            gap = abs(entry - mirror)
            if gap > ROUNDED_ASYMMETRY * max(abs(entry), abs(mirror)):
                raise not_symmetric(form, (i, j), entry, mirror)
            widest = max(widest, gap)
    if not widest:
        return rows, 0.0
    return tuple(
        tuple((entry + rows[j][i]) / 2 for j, entry in enumerate(row)) for i, row in enumerate(rows)
    ), float(widest)


def not_symmetric(
    form: CovarianceForm, place: tuple[int, int], entry: Fraction, mirror: Fraction
) -> KlcliError:
    """The error for two entries that should be the same, of which the lower one stands at `place`.

    Args:
        form: of the matrix.
        place: row and column, from 0, the row being the larger.
        entry: what stands there.
        mirror: what stands in the place beyond the diagonal.
    """
    i, j = place
    return KlcliError(
        f"the {FORMS[form]} is not symmetric: entry ({j + 1}, {i + 1}) is {decimal_text(mirror)}"
        f" and ({i + 1}, {j + 1}) is {decimal_text(entry)}",
        "a lower triangular factor is --cholesky; otherwise make both entries the same",
    )


def _check_factor(rows: Rational) -> None:
    for i, row in enumerate(rows):
        for j in range(i + 1, len(rows)):
            if row[j]:
                raise not_triangular((i, j), row[j])
        if row[i] < 0:
            raise negative_pivot(i, row[i])


def not_triangular(place: tuple[int, int], entry: Fraction) -> KlcliError:
    """The error for an entry above the diagonal of a Cholesky factor."""
    i, j = place
    return KlcliError(
        f"the Cholesky factor is not lower triangular: entry ({i + 1}, {j + 1}) is {decimal_text(entry)}",
        "give the lower factor L with S = L L^T; for an upper one, its transpose",
    )


def negative_pivot(place: int, entry: Fraction) -> KlcliError:
    """The error for a negative entry on the diagonal of a Cholesky factor."""
    return KlcliError(
        f"entry ({place + 1}, {place + 1}) of the Cholesky factor is {decimal_text(entry)}, not > 0",
        "its diagonal is positive; is it the covariance? --cov",
    )


def _check_correlation(rows: Rational) -> None:
    for i, row in enumerate(rows):
        if row[i] != 1:
            raise no_correlation((i, i), row[i])
        for j, entry in enumerate(row):
            if abs(entry) > 1:
                raise no_correlation((i, j), entry)


def no_correlation(place: tuple[int, int], entry: Fraction) -> KlcliError:
    """The error for an entry that no correlation matrix has there."""
    i, j = place
    shown = f"entry ({i + 1}, {j + 1}) of the correlation matrix is {decimal_text(entry)}"
    if i == j:
        return KlcliError(f"{shown}, not 1", "if the diagonal holds variances, it is --cov")
    return KlcliError(shown, "correlations lie between -1 and 1")


def _check_definite(rows: Rational, form: CovarianceForm) -> None:
    """Refuse what is neither positive definite nor singular, naming the first minor that fails."""
    for i, row in enumerate(rows):
        if row[i] < 0:
            raise negative_variance(form, i, row[i])
    if len(rows) > MOST_EXACT:
        return
    order = factor(rows)
    if isinstance(order, int) and (form == "precision-matrix" or not is_semidefinite(rows)):
        raise KlcliError(
            f"the {FORMS[form]} is not positive definite: its leading minor of order {order} is"
            f" {'0' if is_semidefinite(rows) else 'not positive'}",
            _definite_hint(rows, order),
        )


def negative_variance(form: CovarianceForm, place: int, value: Fraction) -> KlcliError:
    """The error for a diagonal that is negative somewhere.

    Args:
        form: of the matrix.
        place: on the diagonal, from 0.
        value: what stands there.
    """
    return KlcliError(
        f"the {FORMS[form]} is not positive definite: entry ({place + 1}, {place + 1}) on its diagonal is"
        f" {decimal_text(value)}",
        "variances are positive; are these logarithms? --logvar takes a list of them",
    )


def _definite_hint(rows: Rational, order: int) -> str:
    """What is wrong in the first failing minor, for the sizes where it can be seen."""
    last = order - 1
    for j in range(last):
        if rows[j][last] ** 2 > rows[j][j] * rows[last][last]:
            return (
                f"entry ({j + 1}, {order}) is {decimal_text(rows[j][last])}: at most the root of the product"
                " of both diagonal entries is possible"
            )
    return "are its entries rounded? a small multiple of the identity added makes it positive definite"

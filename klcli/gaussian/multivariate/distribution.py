"""Gaussians with a full covariance, as they are given: the crossing from a typed matrix to its meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.interval import enclose
from klcli.formula.numeral import decimal_text
from klcli.formula.tree import Call, Symbol, Tree
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.multivariate.rational import (
    Rational,
    factor,
    is_semidefinite,
    product,
    transpose,
)

__all__ = ["FORMS", "MOST_EXACT", "Form", "MultivariateGaussian", "exact_deviations", "multivariate"]

MOST_EXACT = 16
"""Dimensions up to which matrices are treated in exact arithmetic."""
MOST_DIMENSIONS = 512

_ROUNDING = Fraction(1, 10**12)
"""The relative asymmetry that computing a covariance in floating point leaves."""
_DIGITS = 120
"""Of a variance that is irrational, as the one of a log-variance is."""

_ROOT = Call("sqrt", Symbol("s"))

Form: TypeAlias = Literal["cov", "cholesky", "precision-matrix", "correlation"]
FORMS: Mapping[Form, str] = {
    "cov": "covariance matrix",
    "cholesky": "Cholesky factor",
    "precision-matrix": "precision matrix",
    "correlation": "correlation matrix",
}
"""How a covariance may be given."""


@dataclass(frozen=True, slots=True, eq=False)
class MultivariateGaussian:
    """A Gaussian in several dimensions with any covariance; equal to itself only, as large matrices are.

    Attributes:
        mean: the exact mean of each dimension.
        form: what the matrix is.
        matrix: the exact matrix, symmetric but for a Cholesky factor, which is lower triangular.
        std: the standard deviations that belong to a correlation matrix; empty for other forms.
        asymmetry: the largest difference between an entry and its mirror image, which were averaged.
    """

    mean: tuple[Fraction, ...]
    form: Form
    matrix: Rational
    std: tuple[Fraction, ...] = ()
    asymmetry: float = 0.0

    @classmethod
    def from_matrix(
        cls,
        mean: Sequence[Fraction],
        matrix: Sequence[Sequence[Fraction]],
        form: Form = "cov",
        std: Sequence[Fraction] = (),
    ) -> MultivariateGaussian:
        """A Gaussian from a mean and a matrix; one number for the mean or for `std` serves every dimension.

        Raises:
            KlcliError: another shape, not symmetric, not positive definite, no factor, no correlations.
        """
        rows = tuple(map(tuple, matrix))
        _check_shape(rows, form)
        size = len(rows)
        means = _repeated(mean, size, "mu")
        if form == "cholesky":
            _check_factor(rows)
            return cls(means, form, rows)
        rows, asymmetry = _symmetric(rows, form)
        if form == "correlation":
            _check_correlation(rows)
            found = cls(means, form, rows, _repeated(std, size, "std"), asymmetry)
        else:
            found = cls(means, form, rows, (), asymmetry)
        _check_definite(rows, form)
        return found

    @property
    def dimension(self) -> int:
        """The number of dimensions."""
        return len(self.mean)

    @property
    def is_exact(self) -> bool:
        """Whether it is small enough for exact arithmetic."""
        return self.dimension <= MOST_EXACT

    @property
    def has_identity(self) -> bool:
        """Whether the covariance is the identity."""
        unit = all(entry == (i == j) for i, row in enumerate(self.matrix) for j, entry in enumerate(row))
        return unit and all(number == 1 for number in self.std)

    def symmetric(self) -> Rational:
        """The exact covariance matrix, or the precision matrix where that was given.

        The product that a Cholesky factor takes is for the sizes of exact arithmetic.
        """
        if self.form == "cholesky":
            return product(self.matrix, transpose(self.matrix))
        return _of_correlation(self) if self.form == "correlation" else self.matrix

    def deviations(self) -> tuple[Fraction, ...]:
        """The standard deviation of each dimension, to 120 digits where it is irrational.

        Raises:
            KlcliError: a precision matrix, whose inverse they would need, or a large Cholesky factor.
        """
        if self.form == "precision-matrix" or (self.form == "cholesky" and not self.is_exact):
            raise KlcliError(
                f"the variances that belong to this {FORMS[self.form]} are not computed", "give --cov instead"
            )
        return _valued(_ROOT, [row[place] for place, row in enumerate(self.symmetric())])

    def without_correlations(self) -> MultivariateGaussian | None:
        """The Gaussian with the same variances and independent dimensions; None where it is that already.

        For a precision matrix the variances would need its inverse, and None is returned, too.
        """
        if self.form == "precision-matrix" or (self.form == "cholesky" and not self.is_exact):
            return None
        rows = self.symmetric()
        diagonal = tuple(
            tuple(entry if i == j else Fraction(0) for j, entry in enumerate(row))
            for i, row in enumerate(rows)
        )
        return None if rows == diagonal else MultivariateGaussian(self.mean, "cov", diagonal)


def multivariate(gaussian: Gaussian | MultivariateGaussian) -> MultivariateGaussian:
    """The same Gaussian, with its variances as a diagonal matrix if it had none.

    A variance that is irrational, because the head is a logarithm for example, is taken to 120 digits.
    """
    if isinstance(gaussian, MultivariateGaussian):
        return gaussian
    variances = _valued(gaussian.parameterization.variance, gaussian.head)
    rows = tuple(
        tuple(variance if i == j else Fraction(0) for j in range(gaussian.dimension))
        for i, variance in enumerate(variances)
    )
    return MultivariateGaussian(gaussian.mean, "cov", rows)


def exact_deviations(head: Sequence[Fraction], parameterization: str = "std") -> tuple[Fraction, ...]:
    """The standard deviations of heads, to 120 digits where they are irrational.

    Raises:
        KlcliError: a head outside of the reading's domain.
    """
    gaussian = Gaussian.from_head([Fraction(0)] * len(head), list(head), parameterization)
    return _valued(gaussian.parameterization.sigma, gaussian.head)


def _valued(tree: Tree, heads: Sequence[Fraction]) -> tuple[Fraction, ...]:
    return tuple(Fraction(enclose(tree, {"s": head}, _DIGITS).low) for head in heads)


def _of_correlation(gaussian: MultivariateGaussian) -> Rational:
    return tuple(
        tuple(entry * left * right for entry, right in zip(row, gaussian.std, strict=True))
        for row, left in zip(gaussian.matrix, gaussian.std, strict=True)
    )


def _check_shape(rows: Rational, form: Form) -> None:
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
    if size > MOST_DIMENSIONS:
        raise KlcliError(
            f"the {FORMS[form]} has {size} dimensions", f"at most {MOST_DIMENSIONS} are computed"
        )


def _repeated(values: Sequence[Fraction], size: int, name: str) -> tuple[Fraction, ...]:
    if len(values) == 1:
        return tuple(values) * size
    if len(values) != size:
        raise KlcliError(
            f"{name} has {len(values)} values and the matrix {size} dimensions",
            "give one number, or one for every dimension",
        )
    return tuple(values)


def _symmetric(rows: Rational, form: Form) -> tuple[Rational, float]:
    """The mean of the matrix and its mirror image, and how far they were apart."""
    widest = Fraction(0)
    for i, row in enumerate(rows):
        for j in range(i):
            entry, mirror = row[j], rows[j][i]
            if entry == mirror:
                continue
            gap = abs(entry - mirror)
            if gap > _ROUNDING * max(abs(entry), abs(mirror)):
                raise KlcliError(
                    f"the {FORMS[form]} is not symmetric: entry ({j + 1}, {i + 1}) is {decimal_text(mirror)}"
                    f" and ({i + 1}, {j + 1}) is {decimal_text(entry)}",
                    "a lower triangular factor is --cholesky; otherwise make both entries the same",
                )
            widest = max(widest, gap)
    if not widest:
        return rows, 0.0
    return tuple(
        tuple((entry + rows[j][i]) / 2 for j, entry in enumerate(row)) for i, row in enumerate(rows)
    ), float(widest)


def _check_factor(rows: Rational) -> None:
    for i, row in enumerate(rows):
        for j in range(i + 1, len(rows)):
            if row[j]:
                raise KlcliError(
                    f"the Cholesky factor is not lower triangular: entry ({i + 1}, {j + 1}) is"
                    f" {decimal_text(row[j])}",
                    "give the lower factor L with S = L L^T; for an upper one, its transpose",
                )
        if row[i] < 0:
            raise KlcliError(
                f"entry ({i + 1}, {i + 1}) of the Cholesky factor is {decimal_text(row[i])}, not > 0",
                "its diagonal is positive; is it the covariance? --cov",
            )


def _check_correlation(rows: Rational) -> None:
    for i, row in enumerate(rows):
        if row[i] != 1:
            raise KlcliError(
                f"entry ({i + 1}, {i + 1}) of the correlation matrix is {decimal_text(row[i])}, not 1",
                "if the diagonal holds variances, it is --cov",
            )
        for j, entry in enumerate(row):
            if abs(entry) > 1:
                raise KlcliError(
                    f"entry ({i + 1}, {j + 1}) of the correlation matrix is {decimal_text(entry)}",
                    "correlations lie between -1 and 1",
                )


def _check_definite(rows: Rational, form: Form) -> None:
    """Refuse what is neither positive definite nor singular, naming the first minor that fails."""
    for i, row in enumerate(rows):
        if row[i] < 0:
            raise KlcliError(
                f"the {FORMS[form]} is not positive definite: entry ({i + 1}, {i + 1}) on its diagonal is"
                f" {decimal_text(row[i])}",
                "variances are positive; are these logarithms? --logvar takes a list of them",
            )
    if len(rows) > MOST_EXACT:
        return
    order = factor(rows)
    if isinstance(order, int) and (form == "precision-matrix" or not is_semidefinite(rows)):
        raise KlcliError(
            f"the {FORMS[form]} is not positive definite: its leading minor of order {order} is"
            f" {'0' if is_semidefinite(rows) else 'not positive'}",
            _definite_hint(rows, order),
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

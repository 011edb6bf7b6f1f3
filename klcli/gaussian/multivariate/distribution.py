"""Gaussians with a full covariance, as they are given: the crossing from a typed matrix to its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.formula.numeral import parse_numeral
from klcli.formula.tree import Call, Symbol, Tree
from klcli.formula.value.interval import enclose
from klcli.gaussian.distribution import Gaussian, Real
from klcli.gaussian.multivariate.forms import FORMS, MOST_DIMENSIONS, MOST_EXACT, CovarianceForm
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.gaussian.multivariate.large_matrices import Floats
    from klcli.gaussian.multivariate.rational_matrices import Rational

__all__ = [
    "MultivariateGaussian",
    "MatrixFile",
    "exact_deviations",
    "multivariate",
]

_DIGITS = 120
"""Of a variance that is irrational, as the one of a log-variance is."""

_ROOT = Call("sqrt", Symbol("s"))


@dataclass(frozen=True, slots=True)
class MatrixFile:
    """The file that a matrix was read from, and the SHA-256 of its bytes."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class MultivariateGaussian:
    """A Gaussian in several dimensions with any covariance; equal to itself only, as large matrices are.

    Attributes:
        mean: the exact mean of each dimension.
        form: what the matrix is.
        matrix: the matrix, symmetric but for a Cholesky factor, which is lower triangular: exact up to
            16 dimensions, beyond as sums of floats.
        std: the standard deviations that belong to a correlation matrix; empty for other forms.
        asymmetry: the largest difference between an entry and its mirror image, which were averaged.
        origin: where the matrix was read, if that is to be said in the place of its entries.
    """

    mean: tuple[Fraction, ...]
    form: CovarianceForm
    matrix: Rational | Floats
    std: tuple[Fraction, ...] = ()
    asymmetry: float = 0.0
    origin: MatrixFile | None = None

    @classmethod
    def from_matrix(
        cls,
        mean: Real | Sequence[Real] | Any,
        matrix: Sequence[Sequence[Real]] | Any,
        form: CovarianceForm = "cov",
        std: Real | Sequence[Real] | Any = (),
    ) -> MultivariateGaussian:
        """A Gaussian from a mean and a matrix: numbers, texts of decimals, or arrays of numbers.

        Args:
            mean: one number serves every dimension; or an array of shape (d,).
            matrix: rows, or an array of shape (d, d). The floats of an array are taken as they are.
            form: what the matrix is.
            std: the standard deviations that belong to a correlation matrix, one or d.

        Raises:
            KlcliError: no numbers, another shape, not symmetric, not positive definite, no factor, no
                correlations, more dimensions than 4096 (a factor or a precision matrix: 1024).
        """
        if form not in FORMS:
            raise KlcliError(f"a matrix cannot be {form!r}", f"one of: {', '.join(FORMS)}")
        found, asymmetry = _matrix(matrix, form)
        size = len(found) if isinstance(found, tuple) else len(found.parts[0])
        means = _repeated(_numbers(mean, "mu"), size, "mu")
        scales = _repeated(_numbers(std, "std"), size, "std") if form == "correlation" else ()
        for number in scales:
            if number <= 0:
                raise KlcliError(f"std must be > 0, got {float(number):g}", "give standard deviations")
        return cls(means, form, found, scales, asymmetry)

    @property
    def dimension(self) -> int:
        """The number of dimensions."""
        return len(self.mean)

    @property
    def is_exact(self) -> bool:
        """Whether it is small enough for exact arithmetic."""
        return isinstance(self.matrix, tuple)

    @property
    def is_diagonal(self) -> bool:
        """Whether all entries of the matrix but those on the diagonal are 0."""
        if not isinstance(self.matrix, tuple):
            return self.matrix.is_diagonal
        return not any(entry for i, row in enumerate(self.matrix) for j, entry in enumerate(row) if i != j)

    @property
    def has_identity(self) -> bool:
        """Whether the covariance is the identity."""
        return all(number == 1 for number in (*self.diagonal(), *self.std)) and self.is_diagonal

    def diagonal(self) -> tuple[Fraction, ...]:
        """The exact entries on the diagonal of the matrix."""
        if not isinstance(self.matrix, tuple):
            return self.matrix.diagonal
        return tuple(row[place] for place, row in enumerate(self.matrix))

    def symmetric(self) -> Rational:
        """The exact covariance matrix, or the precision matrix where that was given.

        Raises:
            ValueError: too many dimensions for exact arithmetic.
        """
        if not isinstance(self.matrix, tuple):
            raise ValueError(f"exact arithmetic ends at {MOST_EXACT} dimensions")
        if self.form == "cholesky":
            from klcli.gaussian.multivariate.rational_matrices import product, transpose

            return product(self.matrix, transpose(self.matrix))
        if self.form == "correlation":
            return tuple(
                tuple(entry * left * right for entry, right in zip(row, self.std, strict=True))
                for row, left in zip(self.matrix, self.std, strict=True)
            )
        return self.matrix

    def variances(self) -> tuple[Fraction, ...] | None:
        """The exact variance of each dimension; None where it would take an inverse, or a large product."""
        if self.form == "correlation":
            return tuple(number * number for number in self.std)
        if self.form == "precision-matrix" or (self.form == "cholesky" and not self.is_exact):
            return None
        if self.form == "cholesky":
            return tuple(row[place] for place, row in enumerate(self.symmetric()))
        return self.diagonal()

    def deviations(self) -> tuple[Fraction, ...]:
        """The standard deviation of each dimension, to 120 digits where it is irrational.

        Raises:
            KlcliError: a precision matrix, whose inverse they would need, or a large Cholesky factor.
        """
        variances = self.variances()
        if variances is None:
            raise KlcliError(
                f"the variances that belong to this {FORMS[self.form]} are not computed", "give --cov instead"
            )
        return _valued(_ROOT, variances)

    def independent(self) -> Gaussian | None:
        """The same Gaussian with its variances as a list; None where dimensions are correlated."""
        variances = self.variances() if self.is_diagonal else None
        return None if variances is None else _with_variances(self.mean, variances)

    def without_correlations(self) -> Gaussian | None:
        """The Gaussian with the same variances and independent dimensions; None where it is that already.

        For a precision matrix and a large Cholesky factor the variances are not known, and None is returned.
        """
        variances = self.variances()
        return None if variances is None or self.is_diagonal else _with_variances(self.mean, variances)


def multivariate(gaussian: Gaussian | MultivariateGaussian) -> MultivariateGaussian:
    """The same Gaussian, with its variances as a diagonal matrix if it had none.

    A variance that is irrational, because the head is a logarithm for example, is taken to 120 digits.

    Raises:
        KlcliError: more dimensions than a matrix may have.
    """
    if isinstance(gaussian, MultivariateGaussian):
        return gaussian
    if gaussian.dimension > MOST_DIMENSIONS["cov"]:
        from klcli.gaussian.multivariate.refusals import too_many

        raise too_many(gaussian.dimension, "cov")
    variances = _valued(gaussian.parameterization.variance, gaussian.head)
    if gaussian.dimension > MOST_EXACT:
        from klcli.gaussian.multivariate.large_matrices import diagonal_floats

        return MultivariateGaussian(gaussian.mean, "cov", diagonal_floats(variances))
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
    found = {head: Fraction(enclose(tree, {"s": head}, _DIGITS).low) for head in set(heads)}
    return tuple(found[head] for head in heads)


def _with_variances(mean: tuple[Fraction, ...], variances: tuple[Fraction, ...]) -> Gaussian:
    return Gaussian(mean, variances, PARAMETERIZATIONS["var"])


def _matrix(given: Any, form: CovarianceForm) -> tuple[Rational | Floats, float]:
    """The matrix and its asymmetry; an array that is too large for exact arithmetic stays one."""
    from klcli.gaussian.multivariate.large_matrices import admitted_array, floats
    from klcli.gaussian.multivariate.refusals import admitted  # not for heads

    if hasattr(given, "tolist"):
        import numpy

        array = numpy.asarray(given)
        if array.ndim != 2 or len(array) > MOST_EXACT:
            return admitted_array(array, form)
        given = array.tolist()
    rows = tuple(_numbers(row, f"row {number} of the matrix") for number, row in enumerate(given, 1))
    found, asymmetry = admitted(rows, form)
    return (floats(found) if len(found) > MOST_EXACT else found), asymmetry


def _numbers(given: Any, name: str) -> tuple[Fraction, ...]:
    listed = given.tolist() if hasattr(given, "tolist") else given
    several = [listed] if isinstance(listed, int | float | Fraction | Decimal | str) else listed
    return tuple(_exact(number, name) for number in several)


def _exact(number: Any, name: str) -> Fraction:
    if isinstance(number, Fraction):
        return number
    if isinstance(number, str):
        return parse_numeral(number, name)
    plain = number.item() if hasattr(number, "item") else number
    if not isinstance(plain, int | float | Decimal):
        raise KlcliError(f"{name} must hold numbers, got {number!r:.60}", "for example 1.2 or '0.1'")
    if not isfinite(plain):
        raise KlcliError(f"{name} must be finite, got {plain}", "only finite numbers have a finite KL")
    return Fraction(plain)


def _repeated(values: Sequence[Fraction], size: int, name: str) -> tuple[Fraction, ...]:
    if len(values) == 1:
        return tuple(values) * size
    if len(values) != size:
        raise KlcliError(
            f"{name} has {len(values)} values and the matrix {size} dimensions",
            "give one number, or one for every dimension",
        )
    return tuple(values)

"""The spread of dimensions that may be correlated: a matrix, in one of the forms in which it may be given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.gaussian.exact_numbers import Real, exact_numbers
from klcli.gaussian.given_arrays import given_array
from klcli.gaussian.heads import Heads, with_variances
from klcli.gaussian.matrices.forms_and_sizes import FORMS, MOST_DIMENSIONS, MOST_EXACT, CovarianceForm
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.gaussian.matrices.large_matrices import Floats
    from klcli.gaussian.matrices.rational_matrices import Rational


@dataclass(frozen=True, slots=True)
class MatrixFile:
    """The file that a matrix was read from, and the SHA-256 of its bytes."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Covariance:
    """Any covariance in several dimensions; equal to itself only, as large matrices are.

    Attributes:
        form: what the matrix is.
        matrix: the matrix, symmetric but for a Cholesky factor, which is lower triangular: exact up to
            16 dimensions, beyond as sums of floats.
        std: the standard deviations that belong to a correlation matrix; empty for other forms.
        asymmetry: the largest difference between an entry and its mirror image, which were averaged.
        origin: where the matrix was read, if that is to be said in the place of its entries.
    """

    form: CovarianceForm
    matrix: Rational | Floats
    std: tuple[Fraction, ...] = ()
    asymmetry: float = 0.0
    origin: MatrixFile | None = None

    @staticmethod
    def admitted(
        matrix: Sequence[Sequence[Real]] | Any, form: CovarianceForm, std: Real | Sequence[Real] | Any = ()
    ) -> Covariance:
        """A matrix that was typed or handed over.

        Args:
            matrix: rows, or an array of shape (d, d).
            form: what it is.
            std: the standard deviations that belong to a correlation matrix, one or d.

        Raises:
            KlcliError: it is no such matrix, or too large.
        """
        if form not in FORMS:
            raise KlcliError(f"a matrix cannot be {form!r}", f"one of: {', '.join(FORMS)}")
        found, asymmetry = _matrix(matrix, form)
        scales = repeated(exact_numbers(std, "std"), _size(found), "std") if form == "correlation" else ()
        for number in scales:
            if number <= 0:
                raise KlcliError(f"std must be > 0, got {float(number):g}", "give standard deviations")
        return Covariance(form, found, scales, asymmetry)

    @property
    def dimension(self) -> int:
        """The number of dimensions."""
        return _size(self.matrix)

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
    def is_identity(self) -> bool:
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
            from klcli.gaussian.matrices.rational_matrices import product, transpose

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
        return with_variances(variances).deviations()

    def independent(self) -> Heads | None:
        """The same spread as a list of variances; None where dimensions are correlated."""
        variances = self.variances() if self.is_diagonal else None
        return None if variances is None else with_variances(variances)

    def without_correlations(self) -> Heads | None:
        """The same variances in independent dimensions; None where it is that already.

        For a precision matrix and a large Cholesky factor the variances are not known, and None is returned.
        """
        variances = self.variances()
        return None if variances is None or self.is_diagonal else with_variances(variances)


def diagonal(heads: Heads) -> Covariance:
    """The variances of independent dimensions as a matrix, to 120 digits where they are irrational.

    Raises:
        KlcliError: more dimensions than a matrix may have.
    """
    size = len(heads.head)
    if size > MOST_DIMENSIONS["cov"]:
        from klcli.gaussian.matrices.refusals import too_many

        raise too_many(size, "cov")
    variances = heads.variances()
    if size > MOST_EXACT:
        from klcli.gaussian.matrices.large_matrices import diagonal_floats

        return Covariance("cov", diagonal_floats(variances))
    rows = tuple(
        tuple(variance if i == j else Fraction(0) for j in range(size))
        for i, variance in enumerate(variances)
    )
    return Covariance("cov", rows)


def repeated(values: Sequence[Fraction], size: int, name: str) -> tuple[Fraction, ...]:
    """Numbers for every dimension of a matrix.

    Args:
        values: one, or as many as dimensions.
        size: the number of dimensions.
        name: what they are, for the message.

    Raises:
        KlcliError: there are others.
    """
    if len(values) == 1:
        return tuple(values) * size
    if len(values) != size:
        raise KlcliError(
            f"{name} has {len(values)} values and the matrix {size} dimensions",
            "give one number, or one for every dimension",
        )
    return tuple(values)


def _matrix(given: Any, form: CovarianceForm) -> tuple[Rational | Floats, float]:
    """The matrix and its asymmetry; an array that is too large for exact arithmetic stays one."""
    from klcli.gaussian.matrices.large_matrices import admitted_array, floats
    from klcli.gaussian.matrices.refusals import admitted  # not where a matrix is derived

    if hasattr(given, "tolist"):
        if given.ndim and (given.ndim != 2 or len(given) > MOST_EXACT):
            return admitted_array(given_array(given, f"the {FORMS[form]}"), form)
        given = given.tolist()
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise KlcliError(
            f"the {FORMS[form]} must hold rows, got {given!r:.60}", "for example [[2, 1], [1, 2]]"
        )
    rows = tuple(exact_numbers(row, f"row {number} of the matrix") for number, row in enumerate(given, 1))
    found, asymmetry = admitted(rows, form)
    return (floats(found) if len(found) > MOST_EXACT else found), asymmetry


def _size(matrix: Rational | Floats) -> int:
    return len(matrix if isinstance(matrix, tuple) else matrix.parts[0])

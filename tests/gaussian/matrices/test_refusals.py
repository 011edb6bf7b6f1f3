"""What is admitted as a covariance of rationals: as eigenvalues at 50 digits have it, and each refusal by its words."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.matrices.forms_and_sizes import MOST_DIMENSIONS, CovarianceForm
from klcli.gaussian.matrices.refusals import admitted
from tests.gaussian.multivariate.matrices import Rows, identity


def rows(text: str) -> Rows:
    return [[Fraction(entry) for entry in row.split()] for row in text.split(";")]


def tuples(matrix: Rows) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(map(tuple, matrix))


@pytest.mark.parametrize(
    ("text", "form", "message", "hint"),
    [
        ("", "cov", "the covariance matrix is empty", "[[1.2, 0.3]"),
        ("1 0; 0", "cov", "row 2 of the covariance matrix has 1 entries, row 1 has 2", "same number"),
        ("1 0; 0 1; 0 0", "precision-matrix", "the precision matrix is 3 x 2, not square", "--sigma"),
        ("2 0.3; 0.4 1", "cov", "entry (1, 2) is 0.3 and (2, 1) is 0.4", "--cholesky"),
        ("1 0.5; 0 1", "cholesky", "not lower triangular: entry (1, 2) is 0.5", "transpose"),
        ("1 0; 0.5 -1", "cholesky", "entry (2, 2) of the Cholesky factor is -1, not > 0", "--cov"),
        ("1 0.5; 0.5 2", "correlation", "entry (2, 2) of the correlation matrix is 2, not 1", "--cov"),
        ("1 1.5; 1.5 1", "correlation", "entry (1, 2) of the correlation matrix is 1.5", "between -1 and 1"),
        ("1 0; 0 -0.5", "cov", "entry (2, 2) on its diagonal is -0.5", "--logvar"),
        ("1 2; 2 1", "cov", "leading minor of order 2 is not positive", "entry (1, 2) is 2"),
        ("1 1; 1 1", "precision-matrix", "leading minor of order 2 is 0", "identity"),
    ],
)
def test_each_refusal_has_its_words(text: str, form: CovarianceForm, message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        admitted(tuples(rows(text)), form)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_singular_covariance_is_admitted_and_a_singular_precision_is_not() -> None:
    """Of the first the KL is infinite, which is an answer; the second has no covariance."""
    singular = tuples(rows("1 1; 1 1"))
    assert admitted(singular, "cov") == (singular, 0.0)
    with pytest.raises(KlcliError, match="not positive definite"):
        admitted(singular, "precision-matrix")


@pytest.mark.parametrize("seed", range(40))
def test_definite_is_what_has_positive_eigenvalues(seed: int) -> None:
    """Random symmetric matrices of whole numbers, about half of them indefinite."""
    draw = random.Random(seed)
    size = draw.randint(1, 4)
    matrix = [[Fraction(0)] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            matrix[i][j] = matrix[j][i] = Fraction(draw.randint(-3, 3) + (3 if i == j else 0))
    with mpmath.workdps(50):
        least = min(mpmath.eigsy(mpmath.matrix([list(map(int, row)) for row in matrix]), eigvals_only=True))
    if least > -1e-40:
        assert admitted(tuples(matrix), "cov") == (tuples(matrix), 0.0)
    else:
        with pytest.raises(KlcliError, match="not positive definite"):
            admitted(tuples(matrix), "cov")


def test_mirrored_entries_that_rounding_parted_are_averaged() -> None:
    gap = Fraction(1, 10**13)
    found, asymmetry = admitted(((Fraction(1), Fraction(1, 2) + gap), (Fraction(1, 2), Fraction(1))), "cov")
    assert found[0][1] == found[1][0] == Fraction(1, 2) + gap / 2
    assert asymmetry == float(gap)


@pytest.mark.parametrize("form", ["cov", "cholesky", "precision-matrix", "correlation"])
def test_the_identity_is_of_every_form_and_has_a_largest_size(form: CovarianceForm) -> None:
    one = tuples(identity(3))
    assert admitted(one, form) == (one, 0.0)
    with pytest.raises(KlcliError, match=f"{MOST_DIMENSIONS[form] + 1:,} dimensions"):
        admitted(((Fraction(0),) * (MOST_DIMENSIONS[form] + 1),) * (MOST_DIMENSIONS[form] + 1), form)

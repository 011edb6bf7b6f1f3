"""What is refused as a covariance, and how it is named."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import nextafter
from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.forms_and_sizes import FORMS, CovarianceForm


def given(text: str, form: CovarianceForm = "cov", mean: str = "0", std: str = "1") -> Gaussian:
    rows = [[Fraction(entry) for entry in row.split(",")] if row else [] for row in text.split(";")]
    means, deviations = ([Fraction(number) for number in numbers.split(",")] for numbers in (mean, std))
    return Gaussian.from_matrix(means, rows, form, deviations if form == "correlation" else ())


@pytest.mark.parametrize("form", FORMS)
def test_what_is_right(form: CovarianceForm) -> None:
    text = {"correlation": "1,0.5;0.5,1", "cholesky": "2,0;1,3"}.get(form, "2,1;1,2")
    assert given(text, form, "1,2").dimension == 2


@pytest.mark.parametrize(
    ("text", "form", "message"),
    [
        ("1,0.3;0.4,1", "cov", r"not symmetric: entry \(1, 2\) is 0.3 and \(2, 1\) is 0.4"),
        ("1,2;2,1", "cov", "not positive definite: its leading minor of order 2"),
        ("1,0,0;0,1,2;0,2,1", "cov", "leading minor of order 3"),
        ("-1,0;0,1", "cov", r"entry \(1, 1\) on its diagonal is -1"),
        ("1,0.3;0.3", "cov", "row 2 of the covariance matrix has 1 entries, row 1 has 2"),
        ("1,2", "cov", "1 x 2, not square"),
        ("", "cov", "empty"),
        ("1,1;1,1", "precision-matrix", "leading minor of order 2 is 0"),
        ("1,0.3;0,1", "cholesky", r"not lower triangular: entry \(1, 2\) is 0.3"),
        ("-1,0;0,1", "cholesky", r"entry \(1, 1\) of the Cholesky factor is -1"),
        ("2,0;0,1", "correlation", r"entry \(1, 1\) of the correlation matrix is 2, not 1"),
        ("1,1.5;1.5,1", "correlation", r"entry \(1, 2\) of the correlation matrix is 1.5"),
    ],
)
def test_what_is_refused(text: str, form: CovarianceForm, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        given(text, form)
    assert caught.value.hint


@pytest.mark.parametrize(("mean", "std"), [("1,2,3", "1"), ("0", "1,2,3")])
def test_as_many_numbers_as_dimensions(mean: str, std: str) -> None:
    with pytest.raises(KlcliError, match="has 3 values and the matrix 2 dimensions"):
        given("1,0.5;0.5,1", "correlation", mean, std)


def test_an_asymmetry_from_rounding_is_averaged() -> None:
    found = given("1,0.3;0.30000000000000004,1")
    assert found.spread.matrix[0][1] == found.spread.matrix[1][0]
    assert 0 < found.spread.asymmetry < 1e-16


def test_one_mean_serves_every_dimension() -> None:
    assert given("1,0;0,1", mean="0.5").mean == (Fraction(1, 2),) * 2


def test_too_many_dimensions() -> None:
    with pytest.raises(KlcliError, match="4,097 dimensions"):
        Gaussian.from_matrix(0, numpy.broadcast_to(1.0, (4097, 4097)))
    with pytest.raises(KlcliError, match="1,025 dimensions") as caught:
        Gaussian.from_matrix(0, numpy.broadcast_to(1.0, (1025, 1025)), "precision-matrix")
    assert "4,096" in caught.value.hint


def test_numbers_of_every_kind() -> None:
    """Floats are what they are, texts the decimals that they show; one number of a mean serves all."""
    rows = [[Fraction(2), 1], [1.0, "0.75"]]
    found = Gaussian.from_matrix([0, "0.1"], rows)
    assert (found.mean, found.spread.matrix[1]) == ((0, Fraction(1, 10)), (1, Fraction(3, 4)))
    assert Gaussian.from_matrix([0] * 3, numpy.eye(3)).spread.is_identity
    for given_mean in (0, 0.0, numpy.zeros(3), [numpy.float32(0)] * 3, Decimal(0), numpy.int64(0)):
        assert Gaussian.from_matrix(given_mean, numpy.eye(3, dtype=int)).mean == (0, 0, 0)
    scaled = Gaussian.from_matrix(0, numpy.eye(2), "correlation", numpy.array([0.5, 2.0]))
    assert scaled.spread.variances() == (Fraction(1, 4), 4)


@pytest.mark.parametrize(
    ("mean", "matrix", "message"),
    [
        ([None], numpy.eye(1), "mu must hold numbers, got None"),
        ([0], [["one"]], "row 1 of the matrix must be a number, got 'one'"),
        ([0], [[float("nan")]], "row 1 of the matrix must be finite, got nan"),
        ([numpy.inf], numpy.eye(1), "mu must be finite, got inf"),
        ([0], numpy.eye(1) * 1j, "row 1 of the matrix must hold numbers"),
        ([0], numpy.ones(3), "is 3, not square"),
        ([0], 3, "must hold rows, got 3"),
        ([0], numpy.float64(3), "must hold rows, got 3"),
        ([0], "[[1]]", "must hold rows, got"),
        ([0], numpy.ones((17, 18)), "is 17 x 18, not square"),
        ([0], numpy.full((17, 17), numpy.nan), r"entry \(1, 1\) of the covariance matrix is nan"),
        ([0], numpy.eye(17).astype(str), "not real numbers"),
        ([0], numpy.eye(17) + numpy.eye(17, k=1), r"not symmetric: entry \(1, 2\) is 1 and \(2, 1\) is 0"),
        ([0], -numpy.eye(17), r"entry \(1, 1\) on its diagonal is -1"),
    ],
)
def test_what_is_no_matrix_of_numbers(mean: Any, matrix: Any, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        Gaussian.from_matrix(mean, matrix)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("matrix", "form", "message"),
    [
        (numpy.ones((17, 17)), "cholesky", r"not lower triangular: entry \(1, 2\) is 1"),
        (-numpy.eye(17), "cholesky", r"entry \(1, 1\) of the Cholesky factor is -1"),
        (2 * numpy.eye(17), "correlation", r"entry \(1, 1\) of the correlation matrix is 2, not 1"),
        (3 * numpy.ones((17, 17)) - 2 * numpy.eye(17), "correlation", r"entry \(1, 2\) .* is 3"),
    ],
)
def test_large_arrays_of_other_forms(matrix: Any, form: CovarianceForm, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        Gaussian.from_matrix(0, matrix, form, 1)


def test_an_array_is_neither_shared_nor_changed() -> None:
    matrix = numpy.eye(17)
    found = Gaussian.from_matrix(0, matrix)
    matrix[0, 0] = 5
    assert found.spread.is_identity
    matrix[0, 1], matrix[1, 0] = 0.1, nextafter(0.1, 1)
    assert 0 < Gaussian.from_matrix(0, matrix).spread.asymmetry < 1e-16


def test_independent_dimensions_as_a_list() -> None:
    assert Gaussian.from_matrix(0, numpy.eye(20) * 4).spread.independent().head == (4,) * 20  # type: ignore[union-attr]
    correlated = Gaussian.from_matrix(0, numpy.eye(20) + 1)
    assert correlated.spread.independent() is None
    assert correlated.spread.without_correlations().head == (2,) * 20  # type: ignore[union-attr]


def test_a_head_of_many_dimensions_becomes_a_diagonal_of_decimals() -> None:
    found = Gaussian.from_head([0] * 40, ["0.1"] * 40).with_covariance()
    assert not found.spread.is_exact
    assert all(abs(entry - Fraction(1, 100)) < Fraction(1, 10**33) for entry in found.spread.diagonal())

"""What is refused as a covariance, and how it is named."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.errors import KlcliError
from klcli.gaussian.multivariate.distribution import FORMS, Form, MultivariateGaussian


def given(text: str, form: Form = "cov", mean: str = "0", std: str = "1") -> MultivariateGaussian:
    rows = [[Fraction(entry) for entry in row.split(",")] if row else [] for row in text.split(";")]
    means, deviations = ([Fraction(number) for number in numbers.split(",")] for numbers in (mean, std))
    return MultivariateGaussian.from_matrix(means, rows, form, deviations if form == "correlation" else ())


@pytest.mark.parametrize("form", FORMS)
def test_what_is_right(form: Form) -> None:
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
def test_what_is_refused(text: str, form: Form, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        given(text, form)
    assert caught.value.hint


@pytest.mark.parametrize(("mean", "std"), [("1,2,3", "1"), ("0", "1,2,3")])
def test_as_many_numbers_as_dimensions(mean: str, std: str) -> None:
    with pytest.raises(KlcliError, match="has 3 values and the matrix 2 dimensions"):
        given("1,0.5;0.5,1", "correlation", mean, std)


def test_an_asymmetry_from_rounding_is_averaged() -> None:
    found = given("1,0.3;0.30000000000000004,1")
    assert found.matrix[0][1] == found.matrix[1][0]
    assert 0 < found.asymmetry < 1e-16


def test_one_mean_serves_every_dimension() -> None:
    assert given("1,0;0,1", mean="0.5").mean == (Fraction(1, 2),) * 2


def test_too_many_dimensions() -> None:
    row = ",".join(["0"] * 513)
    with pytest.raises(KlcliError, match="513 dimensions"):
        given(";".join([row] * 513))

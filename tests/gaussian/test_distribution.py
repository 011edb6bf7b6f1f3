"""Gaussians from heads: what is read, and what is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian, alike, has_heads, log_density


@pytest.mark.parametrize("number", [1, 1.5, "1.5", Decimal("1.5"), Fraction(3, 2)])
def test_kinds_of_numbers(number: Any) -> None:
    assert Gaussian.from_head(0, number).spread.head == (Fraction(number),)


def test_a_text_is_the_decimal_that_it_shows_and_a_float_the_double_that_it_is() -> None:
    assert Gaussian.from_head("0.1", 1).mean == (Fraction(1, 10),)
    assert Gaussian.from_head(0.1, 1).mean == (Fraction(0.1),)


@pytest.mark.parametrize(
    ("mean", "head", "name", "message", "hint"),
    [
        (0, "-2", "std", "sigma must be > 0, got -2", "--logvar -2 (sigma = 0.3679)"),
        (0, "-2", "var", "var must be > 0, got -2", "--logvar -2 (sigma = 0.3679)"),
        (0, "0", "precision", "precision must be > 0, got 0", "logarithm"),
        (0, float("nan"), "std", "std must be finite, got nan", "finite"),
        (float("inf"), 1, "std", "mu must be finite, got inf", "finite"),
        (0, "1e400", "std", "outside of the range of doubles", "--logstd"),
        (0, "x", "std", "std must be a number, got 'x'", "0.3"),
        ([0, 1], [1], "std", "mu has 2 values and std has 1 value", "decimal point"),
        ([], [], "std", "mu is empty", "at least one"),
        (0, 1, "sd", "unknown parameterization 'sd'", "std"),
    ],
)
def test_what_is_refused(mean: Any, head: Any, name: str, message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        Gaussian.from_head(mean, head, name)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_log_density_is_that_of_the_normal_distribution() -> None:
    scores, sigma = numpy.array([-2.0, 0.0, 0.5, 30.0]), 1.7
    found = log_density(scores, math.log(sigma))
    with mpmath.workdps(40):
        expected = [float(mpmath.log(mpmath.npdf(z * mpmath.mpf(sigma), 0, sigma))) for z in scores.tolist()]
    assert numpy.allclose(found, expected, rtol=1e-14, atol=0)


def test_one_dimension_of_several() -> None:
    gaussian = Gaussian.from_head(["0.3", "-1"], ["1.44", "2"], "var")
    assert gaussian.at(1) == Gaussian.from_head("-1", "2", "var")


def test_a_gaussian_has_heads_or_a_covariance() -> None:
    heads, matrix = Gaussian.from_head([0, 1], ["0.5", 2]), Gaussian.from_matrix([0, 1], [[2, 1], [1, 2]])
    assert (heads.dimension, matrix.dimension) == (2, 2)
    assert (has_heads(heads), has_heads(matrix)) == (True, False)
    assert type(heads) is type(matrix) is Gaussian


def test_heads_become_a_diagonal() -> None:
    heads = Gaussian.from_head([0, 1], ["0.5", 2])
    assert heads.with_covariance().mean == heads.mean
    assert heads.with_covariance().spread.matrix == ((Fraction(1, 4), 0), (0, 4))
    matrix = Gaussian.from_matrix([0, 1], [[2, 1], [1, 2]])
    assert matrix.with_covariance().spread is matrix.spread


@pytest.mark.parametrize(
    ("q", "p", "both"),
    [
        (Gaussian.from_head(0, 1), Gaussian.from_head(0, 2), True),
        (Gaussian.from_head(0, 1), Gaussian.from_matrix(0, [[2]]), False),
        (Gaussian.from_matrix(0, [[2]]), Gaussian.from_head(0, 1), False),
        (Gaussian.from_matrix(0, [[2]]), Gaussian.from_matrix(0, [[1]]), False),
    ],
)
def test_two_are_made_alike(q: AnyGaussian, p: AnyGaussian, both: bool) -> None:
    assert [has_heads(one) for one in alike(q, p)] == [both, both]
    assert [one.mean for one in alike(q, p)] == [q.mean, p.mean]


def test_equal_heads_are_equal_and_a_matrix_is_itself_only() -> None:
    assert Gaussian.from_head(0, "0.5") == Gaussian.from_head(0, 0.5)
    matrix = Gaussian.from_matrix(0, [[2]])
    assert matrix == Gaussian(matrix.mean, matrix.spread) != Gaussian.from_matrix(0, [[2]])

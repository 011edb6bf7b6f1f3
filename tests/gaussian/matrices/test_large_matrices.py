"""Matrices as sums of float arrays: 106 bits of a rational, and what of an array is refused."""

from __future__ import annotations

import hashlib
import random
from fractions import Fraction
from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.matrices.forms_and_sizes import CovarianceForm
from klcli.gaussian.matrices.large_matrices import (
    Floats,
    admitted_array,
    diagonal_floats,
    float_rest,
    floats,
    pair_of,
)


def rationals(count: int) -> list[Fraction]:
    draw = random.Random(0)
    return [Fraction(draw.randint(-(10**20), 10**20), 10 ** draw.randint(0, 30)) for _ in range(count)]


def test_a_pair_has_106_bits() -> None:
    numbers = rationals(300)
    high, low = pair_of([numbers])
    for number, first, second in zip(numbers, high[0].tolist(), low[0].tolist(), strict=True):
        assert first == float(number)
        assert abs(number - Fraction(first) - Fraction(second)) <= abs(number) / 2**106


@pytest.mark.parametrize("number", [0.0, 0.1, -3.0, 2.0**-1074, 1e300])
def test_what_came_from_a_float_leaves_nothing(number: float) -> None:
    assert float_rest(Fraction(number)) == 0.0


@pytest.mark.parametrize("number", [Fraction(1, 10), Fraction(2**53 + 1), Fraction(1, 3)])
def test_what_no_float_is_leaves_the_rest(number: Fraction) -> None:
    assert float_rest(number) == float(number - Fraction(float(number))) != 0.0


def test_decimals_take_two_parts_and_whole_numbers_one() -> None:
    decimals = floats(((Fraction("0.1"), Fraction(0)), (Fraction(0), Fraction("0.3"))))
    assert len(decimals.parts) == 2
    for exact, found in zip((Fraction("0.1"), Fraction("0.3")), decimals.diagonal, strict=True):
        assert abs(found - exact) <= exact / 2**106
    assert len(floats(((Fraction(1), Fraction(2)), (Fraction(2), Fraction(5)))).parts) == 1


@pytest.mark.parametrize("entry", [Fraction(0), Fraction(1, 10)])
def test_diagonal_is_where_all_else_is_0(entry: Fraction) -> None:
    matrix = floats(((Fraction(1, 3), Fraction(0)), (entry, Fraction(2))))
    assert matrix.is_diagonal is (entry == 0)
    made = diagonal_floats([Fraction(1, 3), Fraction(2)])
    assert made.is_diagonal
    assert all(
        abs(a - b) < Fraction(1, 2**100) for a, b in zip(made.diagonal, (Fraction(1, 3), 2), strict=True)
    )


def test_nobody_writes_to_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        floats(((Fraction(1, 3),),)).parts[1][0, 0] = 0


def test_the_hash_is_that_of_the_bytes() -> None:
    array = numpy.arange(4.0).reshape(2, 2)
    rest = numpy.full((2, 2), 1e-20)
    expected = hashlib.sha256(array.astype("<f8").tobytes() + rest.astype("<f8").tobytes()).hexdigest()
    assert Floats((array, rest)).sha256() == expected


def test_an_array_is_copied_and_averaged() -> None:
    given = numpy.array([[1.0, 0.5 + 1e-13], [0.5, 2.0]])
    before = given.copy()
    found, asymmetry = admitted_array(given, "cov")
    numpy.testing.assert_array_equal(given, before)
    (part,) = found.parts
    assert part[0, 1] == part[1, 0] == (given[0, 1] + 0.5) / 2
    assert asymmetry == given[0, 1] - 0.5


@pytest.mark.parametrize(
    ("given", "form", "message"),
    [
        (numpy.ones((2, 3)), "cov", "2 x 3, not square"),
        (numpy.ones(3), "cov", "the covariance matrix is 3, not square"),
        (numpy.eye(1025), "cholesky", "1,025 dimensions"),
        (numpy.eye(2) * 1j, "cov", "complex128 and not real"),
        (numpy.array([[1, numpy.nan], [0, 1]]), "cov", r"entry \(1, 2\) of the covariance matrix is nan"),
        (numpy.array([[1, 0.5], [0.4, 1]]), "cov", r"entry \(1, 2\) is 0.5 and \(2, 1\) is 0.4"),
        (numpy.array([[1, 0.5], [0, 1]]), "cholesky", r"entry \(1, 2\) is 0.5"),
        (numpy.diag([1.0, -2]), "cholesky", r"entry \(2, 2\) of the Cholesky factor is -2"),
        (numpy.diag([1.0, 2]), "correlation", r"entry \(2, 2\) of the correlation matrix is 2"),
        (numpy.array([[1, -1.5], [-1.5, 1]]), "correlation", r"entry \(1, 2\) .* is -1.5"),
        (numpy.diag([1.0, -2]), "cov", r"entry \(2, 2\) on its diagonal is -2"),
    ],
)
def test_each_refusal_has_its_words(given: Any, form: CovarianceForm, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        admitted_array(given, form)

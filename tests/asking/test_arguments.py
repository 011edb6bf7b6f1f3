"""Numbers, arrays and Gaussians as programs have them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest

from klcli.asking.arguments import array_of, gaussian, independent_gaussian, numbers
from klcli.errors import KlcliError
from klcli.gaussian.distribution import has_heads


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.3, [0.3]),
        ("0.1", ["0.1"]),
        (Decimal("0.1"), [Decimal("0.1")]),
        ([1, 2.5], [1, 2.5]),
        ((1, "0.2"), [1, "0.2"]),
        (numpy.float64(0.5), [0.5]),
        (numpy.array([1.0, 2.0]), [1.0, 2.0]),
        (numpy.array(3), [3]),
    ],
)
def test_numbers_come_one_by_one(given: Any, expected: list[Any]) -> None:
    assert numbers(given) == expected


@pytest.mark.parametrize("given", [[[1, 0], [0, 1]], numpy.eye(2), [(1,), (2,)]])
def test_a_matrix_is_refused_with_the_argument_for_one(given: Any) -> None:
    with pytest.raises(KlcliError, match=r"shape \(d,\), not a matrix") as caught:
        numbers(given)
    assert "cov=" in caught.value.hint


@pytest.mark.parametrize(
    ("mean", "head", "size", "dimension"),
    [
        (0.3, 1.2, 1, 1),
        (0.3, 1.2, 3, 3),
        ([0.1, 0.2], 1.2, 1, 2),
        (0, [1, 2, 3], 1, 3),
        ([0, 0], [1, 2], 1, 2),
    ],
)
def test_one_number_serves_every_dimension(mean: Any, head: Any, size: int, dimension: int) -> None:
    found = independent_gaussian(mean, head, "var", size)
    assert found == gaussian(mean, head, "var", size=size)
    assert found.dimension == dimension
    assert found.spread.parameterization.name == "var"


def test_other_numbers_of_values_are_refused() -> None:
    with pytest.raises(KlcliError):
        gaussian([0, 0], [1, 2, 3])


def test_texts_are_decimals_and_floats_are_what_they_are() -> None:
    assert gaussian("0.1", "1").mean == (Fraction(1, 10),)
    assert gaussian(0.5, 1).mean == (Fraction(1, 2),)


def test_a_covariance_makes_a_gaussian_with_a_matrix() -> None:
    found = gaussian(0, None, cov=[[2, 1], [1, 2]])
    assert not has_heads(found)
    assert found.dimension == 2


@pytest.mark.parametrize(
    ("head", "cov", "message"),
    [(1.0, [[1]], "say the same thing twice"), (None, None, "sigma is missing")],
)
def test_the_spread_is_given_once(head: Any, cov: Any, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        gaussian(0, head, cov=cov)
    assert caught.value.hint


@pytest.mark.parametrize("given", [[1, 2], (0.5,), numpy.array([1, 2], dtype="f4"), numpy.uint8([3])])
def test_an_array_holds_doubles(given: Any) -> None:
    found = array_of(given, "log_q")
    assert found.dtype == numpy.float64
    assert found.tolist() == [float(one) for one in given]


@pytest.mark.parametrize("given", [["a"], [1j], [True], [None]])
def test_what_holds_no_real_numbers_is_refused(given: Any) -> None:
    with pytest.raises(KlcliError, match="log_q holds no real numbers"):
        array_of(given, "log_q")

"""Numbers are taken as what they are, whatever they come in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.exact_numbers import exact_numbers


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (2, (2,)),
        (0.1, (Fraction(0.1),)),
        ("0.1", (Fraction(1, 10),)),
        (Decimal("0.1"), (Fraction(1, 10),)),
        (Fraction(1, 3), (Fraction(1, 3),)),
        ([1, "0.5"], (1, Fraction(1, 2))),
        (numpy.array([0.5, 2]), (Fraction(1, 2), 2)),
        (numpy.float32(0.1), (Fraction(float(numpy.float32(0.1))),)),
        ([numpy.int64(3)], (3,)),
        ([], ()),
    ],
)
def test_what_is_read(given: Any, expected: tuple[Fraction, ...]) -> None:
    assert exact_numbers(given, "mu") == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([None], "mu must hold numbers, got None"),
        ([1j], "mu must hold numbers"),
        ("x", "mu must be a number, got 'x'"),
        (float("nan"), "mu must be finite, got nan"),
        ([numpy.inf], "mu must be finite, got inf"),
    ],
)
def test_what_is_refused(given: Any, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        exact_numbers(given, "mu")
    assert caught.value.hint

"""Single values for the data formats."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import inf, isnan

import pytest

from klcli.formula.read.math_parser import parse
from klcli.render.scalars import Scalar, scalar


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.1, 0.1),
        ("a", "a"),
        (Fraction(6, 2), 3),
        (Fraction(1, 3), 1 / 3),
        (Fraction(10**400, 3), inf),
        (Fraction(-(10**400), 3), -inf),
        (Decimal("0.10000000000000000001"), "0.10000000000000000001"),
        (Decimal("-Infinity"), -inf),
        (parse("½ σ²"), "1/2 sigma^2"),
    ],
)
def test_scalar(value: object, expected: Scalar) -> None:
    assert scalar(value) == expected
    assert type(scalar(value)) is type(expected)


def test_an_undefined_decimal() -> None:
    found = scalar(Decimal("NaN"))
    assert isinstance(found, float)
    assert isnan(found)


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"bytes", 1j, object()])
def test_others_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="not a value that can be written"):
        scalar(value)

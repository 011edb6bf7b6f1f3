"""Numbers by their names, from both sides: those that have one, and those that must not get one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from klcli.judge.recognized_constants import as_tree, constant_text, shift_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (lambda: mpmath.log(2), "log(2)"),
        (lambda: -mpmath.log(2), "-log(2)"),
        (lambda: (mpmath.log(2) - 1) / 4, "1/4 log(2) - 1/4"),
        (lambda: (1 - mpmath.log(3)) / 2, "1/2 - 1/2 log(3)"),
        (lambda: mpmath.log(2 * mpmath.pi) / 2, "1/2 log(2 pi)"),
        (lambda: (mpmath.log(2 * mpmath.pi) + 1) / 2, "1/2 log(2 pi) + 1/2"),
        (lambda: mpmath.pi / 3, "1/3 pi"),
        (lambda: mpmath.sqrt(2), "sqrt(2)"),
        (lambda: mpmath.e, "e"),
        (lambda: mpmath.exp(-1) / 2, "1/2 (1/e)"),
        (lambda: 1 / mpmath.log(2), "1/log(2)"),
    ],
)
def test_names(value: Callable[[], Any], text: str) -> None:
    with mpmath.workdps(60):
        assert constant_text(Decimal(mpmath.nstr(value(), 50))) == text


@pytest.mark.parametrize(
    "number", ["0.6931", "0.693147180559945309417", "1.2345678901234567890123456789", "3.14159"]
)
def test_what_is_only_near_gets_no_name(number: str) -> None:
    assert as_tree(Decimal(number)) is None
    assert constant_text(Decimal(number)) == f"{float(number):.6g}"


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(0), ""), (Fraction(1, 2), " + 1/2"), (Fraction(-1, 64), " - 1/64")]
)
def test_shifts(value: Fraction, text: str) -> None:
    assert shift_text(value) == text

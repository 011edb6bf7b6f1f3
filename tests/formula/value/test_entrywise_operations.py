"""What is done to the entries of arrays: doubles beside 40 digits, slopes beside differences, nan beside errors."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from klcli.formula.symbol_names import FUNCTIONS
from klcli.formula.tree import Operator, ReductionKind
from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.entrywise_operations import DOUBLES, Each

EACH = Each(Decimals(40))
VALUES = (0.25, 0.7, 1.0, 2.5)
OTHERS = (1.5, 0.3, 2.0, 0.4)
TRUTHS: dict[str, Any] = {
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "abs": mpmath.fabs,
    "expm1": mpmath.expm1,
    "log1p": mpmath.log1p,
}


def decimals(values: Any) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions(function: str) -> None:
    truth = TRUTHS.get(function) or getattr(mpmath, function)
    with mpmath.workdps(60):
        expected = [truth(mpmath.mpf(value)) for value in VALUES]
        found = EACH.call(function, decimals(VALUES))
        for one, value in zip(found, expected, strict=True):
            assert abs(mpmath.mpf(str(one)) - value) <= mpmath.mpf(10) ** -37
    assert list(DOUBLES.call(function, VALUES)) == pytest.approx(
        [float(value) for value in expected], rel=1e-15
    )
    assert [DOUBLES.run.call(function, value) for value in VALUES] == list(DOUBLES.call(function, VALUES))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_imaginary_part_carries_the_slope(function: str) -> None:
    step = 1e-30
    found = DOUBLES.call(function, [complex(value, step) for value in VALUES])
    truth = TRUTHS.get(function) or getattr(mpmath, function)
    for value, one in zip(VALUES, found, strict=True):
        assert one.imag / step == pytest.approx(float(mpmath.diff(truth, value)), rel=1e-12)


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "^"])
def test_operators(operator: Operator) -> None:
    plain = [eval(f"x {operator.replace('^', '**')} y") for x, y in zip(VALUES, OTHERS, strict=True)]
    assert list(DOUBLES.join(operator, VALUES, OTHERS)) == plain
    found = EACH.join(operator, decimals(VALUES), decimals(OTHERS))
    assert [float(one) for one in found] == pytest.approx(plain, rel=1e-15)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("sum", 4.45), ("mean", 4.45 / 4), ("E", 4.45 / 4), ("prod", 0.25 * 0.7 * 2.5)],
)
def test_reductions(kind: ReductionKind, expected: float) -> None:
    assert DOUBLES.reduced(kind)(VALUES) == pytest.approx(expected, rel=1e-15)
    assert float(EACH.reduced(kind)(decimals(VALUES))) == pytest.approx(expected, rel=1e-15)


def test_products_of_columns() -> None:
    expected = math.fsum(x * y for x, y in zip(VALUES, OTHERS, strict=True))
    assert DOUBLES.dot(VALUES, OTHERS) == pytest.approx(expected, rel=1e-15)
    assert float(EACH.dot(decimals(VALUES), decimals(OTHERS))) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("function", "value"), [("log", 0.0), ("log", -1.0), ("sqrt", -1.0), ("exp", 1e4), ("log1p", -2.0)]
)
def test_what_has_no_value_is_nan_in_its_place_only(function: str, value: float) -> None:
    found = DOUBLES.call(function, [1.0, value, 2.0])
    assert [math.isnan(one) for one in found] == [False, True, False]


def test_a_quotient_or_root_that_has_no_value_is_nan() -> None:
    assert [math.isnan(one) for one in DOUBLES.join("/", [1.0, 1.0], [0.0, 2.0])] == [True, False]
    assert [math.isnan(one) for one in DOUBLES.join("^", [-2.0, -2.0], [0.5, 2.0])] == [True, False]
    with pytest.raises(ArithmeticError):
        EACH.join("/", [Decimal(1)], [Decimal(0)])


def test_no_gradient_flows_at_a_limit() -> None:
    step = 1e-30
    values = [complex(value, step) for value in (-2.0, 0.5, 3.0)]
    raised = DOUBLES.clip(values, [-1.0] * 3, is_low=True)
    assert raised == [-1.0, complex(0.5, step), complex(3.0, step)]
    assert DOUBLES.clip(raised, [1.0] * 3, is_low=False) == [-1.0, complex(0.5, step), 1.0]
    limits = decimals((-1, 1, 1))
    assert EACH.clip(decimals((-2, 0.5, 3)), limits, is_low=True) == decimals((-1, 1, 3))
    assert EACH.clip(decimals((-2, 0.5, 3)), limits, is_low=False) == decimals((-2, 0.5, 1))


def test_signs_and_single_numbers() -> None:
    assert list(DOUBLES.negative([1.0, -2.0])) == [-1.0, 2.0]
    assert list(EACH.negative([Decimal(1)])) == [Decimal(-1)]
    assert DOUBLES.run.number(Fraction(3, 4)) == 0.75
    assert DOUBLES.run.negative(2.0) == -2.0
    assert DOUBLES.run.operate("/", 3.0, 4.0) == 0.75
    assert (DOUBLES.run.constant("pi"), DOUBLES.run.constant("e")) == (math.pi, math.e)
    assert math.isnan(DOUBLES.run.number(Fraction(10) ** 400))

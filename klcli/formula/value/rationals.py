"""Exact arithmetic on rationals: of formulas that have nothing but the four operations and whole powers."""

from __future__ import annotations

from fractions import Fraction
from typing import NoReturn

from klcli.formula.tree import Operator

_LARGEST_EXPONENT = 1000
"""Beyond it, a power of a fraction has more digits than anybody compares."""


class Rationals:
    """What is no rational, or takes too much work to be one, raises `ArithmeticError`."""

    def number(self, value: Fraction) -> Fraction:
        return value

    def constant(self, name: str) -> NoReturn:
        raise ArithmeticError(f"{name} is no rational")

    def negative(self, value: Fraction) -> Fraction:
        return -value

    def operate(self, operator: Operator, left: Fraction, right: Fraction) -> Fraction:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "^":
                if right.denominator != 1 or abs(right) > _LARGEST_EXPONENT:
                    raise ArithmeticError("no power that is known to be a rational")
                return Fraction(left ** int(right))

    def call(self, function: str, value: Fraction) -> NoReturn:
        raise ArithmeticError(f"{function} is no rational function")

    def clip(self, value: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
        raised = value if low is None else max(value, low)
        return raised if high is None else min(raised, high)

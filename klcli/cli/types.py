"""Values of options: exact numbers, lists, counts, choices; each with an error that helps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import click

from klcli.errors import KlcliError

__all__ = ["Choice", "Numbers", "Positive", "Whole"]


class Choice(click.Choice[str]):
    """One of a few words; a misspelt one is answered with the nearest."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(choices)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "WORD"  # the help text lists the words

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return ""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.choices:
            return str(value)
        from klcli.formula.syntax import nearest

        name = param.opts[-1] if param else "value"
        hint = nearest(str(value).lower(), self.choices) or f"one of: {', '.join(self.choices)}"
        raise KlcliError(f"{name} cannot be {value!r}", hint)


class Numbers(click.ParamType[tuple[Fraction, ...]]):
    """Exact decimals, separated by commas."""

    name = "X[,X...]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Fraction, ...]:
        if isinstance(value, tuple):
            return value
        from klcli.formula.numeral import parse_numeral

        name = param.opts[-1].lstrip("-") if param else "value"
        return tuple(parse_numeral(part, name) for part in str(value).split(","))


class Whole(click.ParamType[int]):
    """A whole number within limits; ``1e6`` is one."""

    name = "N"

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        from klcli.formula.numeral import parse_numeral

        name = param.opts[-1] if param else "value"
        number = parse_numeral(str(value), name)
        if number.denominator != 1 or not self.low <= number <= self.high:
            raise KlcliError(
                f"{name} must be a whole number from {self.low:,} to {self.high:,}, got {value}",
                f"for example {name} {max(self.low, min(1000, self.high))}",
            )
        return int(number)


class Positive(click.ParamType[float]):
    """One number above 0."""

    name = "X"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        from klcli.formula.numeral import parse_numeral

        name = param.opts[-1] if param else "value"
        number = parse_numeral(str(value), name)
        if number <= 0:
            raise KlcliError(f"{name} must be a number > 0, got {value}", f"for example {name} 1e-4")
        return float(number)

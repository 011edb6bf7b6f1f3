"""Values of options: exact numbers, lists, matrices, counts, choices; each with an error that helps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from klcli.cli.options.words import WordChoice
from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS, suggestion
from klcli.lazy_regex import regex

_FOR_EXAMPLES = "klcli latents --mean mu.npy --logvar logvar.npy"
_ENTRIES = regex(r"\s*,\s*|\s+")
"""Between the numbers of a row: a comma or blanks."""
_NESTED = regex(r"\[\s*(\[[^\[\]]*\](\s*,)?\s*)+\]\Z")
"""Rows in brackets of their own, within brackets, as Python and JSON write them."""
_LONGEST = 10**15
"""Of an axis; no memory holds as many numbers."""
_INNER = regex(r"\[([^\[\]]*)\]")
"""One of these rows."""

if TYPE_CHECKING:
    from klcli.cli.files import Given

    AValue: TypeAlias = click.ParamType[Any]
else:  # click lets one write what they hold from 8.2 and 8.4 on
    AValue = click.ParamType


class Reading(WordChoice):
    """One of the readings of a head; another word for one is answered with its name."""

    def __init__(self, others: Sequence[str] = ()) -> None:
        super().__init__(tuple(dict.fromkeys((*PARAMETERIZATIONS, *others))))

    def suggestion(self, word: str) -> str:
        return suggestion(word, self.choices)


class OfFile(tuple[Fraction, ...]):
    """Numbers that were read from a file: one beside them serves them all, and is no misplaced comma."""

    __slots__ = ()


class NumbersType(AValue):
    """Exact decimals, separated by commas, or ``@file.npy`` or ``@file.csv`` with a row or column of them."""

    name = "X[,X...]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Fraction, ...]:
        if isinstance(value, tuple):
            return value
        from klcli.formula.numeral import parse_numeral

        name, text = _named(param), str(value).strip()
        if text.startswith("@"):
            from klcli.cli.files import read_rows  # most numbers are typed

            return OfFile(_flat(read_rows(text[1:], name), name))
        if text.startswith("[["):
            raise KlcliError(f"{name} takes a list and not a matrix", "a covariance matrix is --cov")
        return tuple(parse_numeral(part, name) for part in text.split(","))


class MatrixType(AValue):
    """Rows of exact decimals: ``[[1.2, 0.3], [0.3, 0.9]]``, ``1.2,0.3; 0.3,0.9`` or ``@file.npy``."""

    name = "[[X,...],...]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Given:
        from klcli.cli.files import Given, read_matrix

        if isinstance(value, Given):
            return value
        from klcli.formula.numeral import parse_numeral

        name, text = _named(param), str(value).strip()
        if text.startswith("@"):
            return read_matrix(text[1:], name)
        return Given(
            tuple(
                tuple(
                    parse_numeral(entry, f"entry ({i}, {j}) of {name}")
                    for j, entry in enumerate(_ENTRIES.split(row.strip()), 1)
                )
                for i, row in enumerate(_rows(text, name), 1)
            )
        )


def _rows(text: str, name: str) -> list[str]:
    """The texts of the rows, as Python, numpy or Matlab write them."""
    if not text.startswith("["):
        return text.split(";")
    if not _NESTED.match(text):
        raise KlcliError(
            # As much of it as a line has room for.
            f"{name} takes rows of numbers, got {text[:60]!r}",
            "for example '[[1.2, 0.3], [0.3, 0.9]]'",
        )
    return _INNER.findall(text)


def _named(param: click.Parameter | None) -> str:
    return param.opts[-1].lstrip("-") if param else "value"


def _flat(rows: tuple[tuple[Fraction, ...], ...], name: str) -> tuple[Fraction, ...]:
    """A row or a column as a list."""
    if len(rows) > 1 and any(len(row) > 1 for row in rows):
        raise KlcliError(
            f"{name} takes a list, and the file has {len(rows)} rows of {len(rows[0])}",
            f"a row for each example: {_FOR_EXAMPLES}; a covariance matrix is --cov",
        )
    return rows[0] if len(rows) == 1 else tuple(row[0] for row in rows)


class Whole(AValue):
    """A whole number within limits, of which `example` is a usual one; ``1e6`` is one."""

    name = "N"

    def __init__(self, low: int, high: int, example: int) -> None:
        self.low = low
        self.high = high
        self.example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        from klcli.formula.numeral import parse_numeral

        name = param.opts[-1] if param else "value"
        number = parse_numeral(str(value), name, str(self.example))
        if number.denominator != 1 or not self.low <= number <= self.high:
            raise KlcliError(
                f"{name} must be a whole number from {self.low:,} to {self.high:,}, got {value}",
                f"for example {name} {self.example}",
            )
        return int(number)


class ShapeType(AValue):
    """Whole numbers above 0, separated by commas or by x."""

    name = "N[,N...]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        one = Whole(1, _LONGEST, 784)
        return tuple(one.convert(part, param, ctx) for part in str(value).replace("x", ",").split(","))


class Positive(AValue):
    """One number above 0."""

    name = "X"
    wanted, example = "> 0", "1e-4"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        from klcli.formula.numeral import parse_numeral

        name = param.opts[-1] if param else "value"
        number = parse_numeral(str(value), name, self.example)
        if not self.admits(number):
            raise KlcliError(
                f"{name} must be a number {self.wanted}, got {value}", f"for example {name} {self.example}"
            )
        return float(number)

    def admits(self, number: Fraction) -> bool:
        """Whether a number is one of these."""
        return number > 0


class Share(Positive):
    """One number from 0 to 1, a part of a whole."""

    wanted, example = "from 0 to 1", "0.5"

    def admits(self, number: Fraction) -> bool:
        """Whether a number is one of these."""
        return 0 <= number <= 1


class Nonnegative(Positive):
    """One number that is not below 0."""

    wanted, example = ">= 0", "0.5"

    def admits(self, number: Fraction) -> bool:
        """Whether a number is one of these."""
        return number >= 0

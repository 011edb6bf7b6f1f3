"""Texts of numbers as tables: commas, semicolons, tabs or blanks between them, with or without a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from math import inf, nan
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError, clipped
from klcli.lazy_regex import regex
from klcli.tables.formats.row_lines import row_lines, separator_of
from klcli.tables.source import Block, Source, Watch
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBER = regex(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A decimal number, in ASCII alone: Python would read other digits and dashes, too."""
_DECIMAL_COMMA = regex(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
"""A number of many countries of Europe."""
_LONGEST_NAME = 500
"""Characters of a column's name; those of sweeps, with a run and its settings, have 300."""
_WORDS = {
    **dict.fromkeys(("", "nan", "na", "n/a", "null", "none"), nan),
    **dict.fromkeys(("inf", "+inf", "infinity", "+infinity"), inf),
    **dict.fromkeys(("-inf", "-infinity"), -inf),
}

_Lines = tuple[Sequence[int], list[str]]
"""Lines that are rows, and the number of each in the text."""


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A table in a text, whose lines are read as they are asked for."""

    source: Source
    names: tuple[str, ...]
    width: int
    separator: str | None
    lines: Iterator[_Lines]
    first: tuple[str, ...]
    """The fields of the first row."""
    shape: None = None
    group: None = None
    mask: None = None

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        for numbers, lines in self.lines:
            if not lines:
                continue
            values = self._fast(lines, columns)
            if values is None:
                values = self._careful(numbers, lines, columns)
            if watch:
                for column in watch.columns:
                    watch.see(column, self._texts(lines, column))
            yield Block(values, numbers, "line", () if key is None else self._texts(lines, key))

    def _texts(self, lines: list[str], column: int) -> list[str]:
        return [_fields(line, self.separator)[column].strip() for line in lines]

    def _fast(self, lines: list[str], columns: Sequence[int]) -> NDArray[Any] | None:
        """The numbers of lines in which everything is a number; None where something is not."""
        import numpy

        if self.separator is None:
            regular = all(len(line.split()) == self.width for line in lines)
        else:
            regular = all(line.count(self.separator) == self.width - 1 for line in lines)
        if not regular:
            return None
        try:
            return numpy.loadtxt(lines, delimiter=self.separator, usecols=columns, comments=None, ndmin=2)
        except ValueError:
            return None

    def _careful(self, numbers: Sequence[int], lines: list[str], columns: Sequence[int]) -> NDArray[Any]:
        """The same, line by line, with what is missing, what is quoted and what is wrong."""
        import numpy

        rows = []
        for number, line in zip(numbers, lines, strict=True):
            fields = _fields(line, self.separator)
            if len(fields) != self.width:
                raise self._ragged(number, fields)
            rows.append([self._value(number, column, fields[column]) for column in columns])
        return numpy.array(rows)

    def _value(self, number: int, column: int, field: str) -> float:
        text = field.strip()
        if _NUMBER.fullmatch(text):
            return float(text)
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        name = self.names[column] if self.names else str(column + 1)
        hint = "numbers are written like -1.25 or 3e-4"
        if _DECIMAL_COMMA.fullmatch(text):
            hint = "a decimal point is '.': for example tr , . < table.csv > points.csv"
        elif text.startswith("\N{MINUS SIGN}"):
            hint = "a minus is the ASCII '-'"
        raise KlcliError(f"line {number:,}, column {name}: not a number: {clipped(text)!r}", hint)

    def _ragged(self, number: int, fields: Sequence[str]) -> KlcliError:
        separator = {",": "comma", ";": "semicolon", "\t": "tab", None: "blanks"}[self.separator]
        return KlcliError(
            f"line {number:,} has {len(fields)} field{'s' * (len(fields) != 1)}, "
            f"the first line has {self.width}",
            f"the separator was taken to be: {separator}; a decimal point is '.'",
        )


def open_delimited(source: Source, begin: bytes) -> DelimitedText:
    """The table in a text of which the first bytes are already read.

    The separator is a tab, a semicolon, a comma or blanks, whichever of these, in this order, the first line
    has. A first line with words and no number is a header; so is a comment right above the first row that
    has as many words, as numpy.savetxt writes it.

    Raises:
        KlcliError: not UTF-8, or no row.
    """
    lines = row_lines(source, begin)
    found = next((entry for entry in lines if entry[2]), None)
    if found is None:
        raise KlcliError(f"there is no row in {source.name}", "a table has a row for each sample")
    comment, numbers, block = found
    separator = separator_of(block[0])
    first = _fields(block[0], separator)
    titled = not any(_is_number(field) for field in first) and not all(map(_is_value, first))
    names = tuple(field.strip() for field in first) if titled else _commented(comment, separator, len(first))
    _check_lengths(names, source.name)
    kept = (numbers[titled:], block[titled:])
    row = tuple(_fields(kept[1][0], separator)) if kept[1] else ()
    rest = chain([kept], (entry[1:] for entry in lines))
    return DelimitedText(source, names, len(first), separator, rest, row)


def _check_lengths(names: Sequence[str], file: str) -> None:
    """Refuse what is no name of a column, as a line of another text: rules on names take the square of it."""
    longest = max(names, key=len, default="")
    if len(longest) > _LONGEST_NAME:
        raise KlcliError(
            f"the first line of {file} has a name of {len(longest):,} characters",
            "it is taken for a header: a table in text is CSV or JSON lines",
        )


def _commented(comment: str, separator: str | None, width: int) -> tuple[str, ...]:
    """The names in a comment, if it can be a header."""
    names = tuple(field.strip() for field in _fields(comment.lstrip("# "), separator))
    fits = len(names) == width and not any(map(_is_value, names))
    return names if fits else ()


def _fields(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return line.split(separator)


def _is_value(field: str) -> bool:
    """Whether it is a number, or says that there is none."""
    return _is_number(field) or field.strip().lower() in _WORDS


def _is_number(field: str) -> bool:
    text = field.strip()
    return bool(_NUMBER.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text))

"""Columns of a table as arrays: mu_0, mu_1, mu_2 are one array of three numbers in each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.formula.read.syntax import clipped
from klcli.patterns import regex
from klcli.tables.arrays import ArrayBlock, ArrayShape
from klcli.tables.delimited import DelimitedText
from klcli.tables.source import Source
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["array_columns", "check_distinct", "wide_arrays"]

_NUMBERED = regex(
    r"(?P<stem>.*?(?:[^\d\s_.\-\[(]|\d(?=[\s_.\-\[(]+\d+[\])]?$)))[\s_.\-\[(]*(?P<number>\d{1,7})[\])]?"
)
"""A name and a number behind it: ``mu_0``, ``mu.0``, ``mu[0]``, ``z_mean 12``, ``sigma2_0``."""
_MOST_FIRST = 1
"""The first of several columns has the number 0 or 1; sigma2 alone is the square of sigma."""


@dataclass(slots=True)
class _Lists:
    """Columns whose cells are lists of numbers, which are seen as texts beside those of numbers."""

    name: str
    widths: Mapping[int, int]
    texts: dict[int, Sequence[str]] = field(default_factory=dict)

    @property
    def columns(self) -> Sequence[int]:
        return list(self.widths)

    def see(self, column: int, texts: Sequence[str]) -> None:
        self.texts[column] = texts

    def numbers(self, column: int, lines: Sequence[int]) -> NDArray[Any]:
        """The numbers of a column in the last block, shape (rows, width).

        Raises:
            KlcliError: a cell that is no list, or has more or fewer numbers than the first.
        """
        import numpy

        rows, width = [], self.widths[column]
        for line, text in zip(lines, self.texts[column], strict=True):
            numbers = _listed(text)
            if numbers is None or len(numbers) != width:
                raise KlcliError(
                    f"line {line:,} of {self.name}: {clipped(text)!r} is no list of {width} numbers",
                    "every example has the same latents",
                )
            rows.append(numbers)
        return numpy.array(rows)


@dataclass(slots=True)
class _Wide:
    """The columns of a table, put together by their names.

    Attributes:
        name: of the file.
        table: with all of its columns.
        columns: of each array.
        lists: the numbers in each cell of a column of lists.
    """

    name: str
    table: DelimitedText
    columns: Mapping[str, tuple[int, ...]]
    lists: Mapping[int, int]

    @property
    def shapes(self) -> Mapping[str, ArrayShape]:
        return {name: (None, self.lists.get(found[0], len(found))) for name, found in self.columns.items()}

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        wanted = [self.columns[name] for name in names]
        flat = [column for columns in wanted for column in columns if column not in self.lists]
        lists = _Lists(self.name, {c[0]: self.lists[c[0]] for c in wanted if c[0] in self.lists})
        for block in self.table.blocks(flat, watch=lists if lists.widths else None):
            start, values = 0, []
            for columns in wanted:
                if columns[0] in self.lists:
                    values.append(lists.numbers(columns[0], block.numbers))
                else:
                    values.append(block.values[:, start : start + len(columns)])
                    start += len(columns)
            yield ArrayBlock(tuple(values), block.numbers[0], block.noun)


def wide_arrays(source: Source, table: DelimitedText) -> _Wide:
    """The arrays that the columns of a table are."""
    names = table.names or [str(j + 1) for j in range(table.width)]
    check_distinct(names, source.name)
    found = {column: _listed(text) for column, text in enumerate(table.first)}
    lists = {column: len(numbers) for column, numbers in found.items() if numbers}
    single = {column: name for column, name in enumerate(names) if column not in lists}
    columns: dict[str, tuple[int, ...]] = {names[column].strip(): (column,) for column in lists}
    for name, places in array_columns(list(single.values())).items():
        columns.setdefault(name, tuple(list(single)[place] for place in places))
    return _Wide(source.name, table, columns, lists)


def check_distinct(names: Sequence[str], file: str) -> None:
    """Refuse a table in which a name says two columns.

    Raises:
        KlcliError: it does.
    """
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            raise KlcliError(f"{file} has two columns called {clipped(name)!r}", "give each its own name")
        seen.add(name)


def _listed(text: str) -> list[float] | None:
    """The numbers of ``[0.1, -2]`` or ``[0.1 -2]``, as pandas and numpy write a list; None for others."""
    inner = text.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        return None
    try:
        return [float(part) for part in inner[1:-1].replace(",", " ").split()]
    except ValueError:
        return None


def array_columns(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns of each array, in the order of their numbers; a column without one is an array of its own.

    Columns are put together if their numbers follow each other; they may stand anywhere in the table.
    """
    numbered: dict[str, dict[int, int]] = {}
    alone: dict[str, int] = {}
    for column, name in enumerate(names):
        found = _NUMBERED.fullmatch(name.strip())
        if found and int(found["number"]) not in numbered.setdefault(found["stem"], {}):
            numbered[found["stem"]][int(found["number"])] = column
        else:
            alone[name.strip()] = column
    arrays: dict[str, tuple[int, ...]] = {}
    for stem, columns in numbered.items():
        order = sorted(columns)
        is_counted = order == list(range(order[0], order[0] + len(order))) if order else False
        if is_counted and (len(order) > 1 or order[0] <= _MOST_FIRST):
            arrays[stem] = tuple(columns[number] for number in order)
        else:
            alone |= {names[column].strip(): column for column in columns.values()}
    return {**arrays, **{name: (column,) for name, column in alone.items() if name not in arrays}}

"""Columns of a table as arrays: mu_0, mu_1, mu_2 are one array of three numbers in each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from klcli.patterns import regex
from klcli.tables.arrays import ArrayBlock, Shape
from klcli.tables.source import Source, Table
from klcli.values import dataclass

__all__ = ["array_columns", "wide_arrays"]

_NUMBERED = regex(r"(?P<stem>.*?[^\d\s_.\-\[(])[\s_.\-\[(]*(?P<number>\d{1,7})[\])]?")
"""A name and a number behind it: ``mu_0``, ``mu.0``, ``mu[0]``, ``z_mean 12``."""


@dataclass(slots=True)
class _Wide:
    """The columns of a table, put together by their names."""

    name: str
    table: Table
    columns: Mapping[str, tuple[int, ...]]

    @property
    def shapes(self) -> Mapping[str, Shape]:
        rows = None if self.table.shape is None else self.table.shape[0]
        return {name: (rows, len(columns)) for name, columns in self.columns.items()}

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        wanted = [self.columns[name] for name in names]
        flat = [column for columns in wanted for column in columns]
        for block in self.table.blocks(flat):
            start, values = 0, []
            for columns in wanted:
                values.append(block.values[:, start : start + len(columns)])
                start += len(columns)
            yield ArrayBlock(tuple(values), block.numbers[0], block.noun)


def wide_arrays(source: Source, table: Table) -> _Wide:
    """The arrays that the columns of a table are."""
    return _Wide(source.name, table, array_columns(table.names or [str(j + 1) for j in range(table.width)]))


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
        if order == list(range(order[0], order[0] + len(order))) if order else False:
            arrays[stem] = tuple(columns[number] for number in order)
        else:
            alone |= {names[column].strip(): column for column in columns.values()}
    return {**arrays, **{name: (column,) for name, column in alone.items() if name not in arrays}}

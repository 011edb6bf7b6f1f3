"""Columns of a table as arrays: mu_0, mu_1, mu_2 are one array of three numbers in each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError, clipped
from klcli.tables.formats.delimited import DelimitedText
from klcli.tables.named_arrays import ArrayBlock, ArrayShape
from klcli.tables.numbered_names import array_columns, check_distinct
from klcli.tables.source import Source
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    texts: None = None

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
            for part in runs(block.numbers):
                yield ArrayBlock(
                    tuple(value[part] for value in values), block.numbers[part.start], block.noun
                )


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


def runs(numbers: Sequence[int]) -> Iterator[slice]:
    """The places of numbers that follow each other: lines without numbers may stand between rows."""
    start = 0
    if numbers[-1] - numbers[0] + 1 > len(numbers):
        for place in range(1, len(numbers)):
            if numbers[place] != numbers[place - 1] + 1:
                yield slice(start, place)
                start = place
    yield slice(start, len(numbers))


def _listed(text: str) -> list[float] | None:
    """The numbers of ``[0.1, -2]`` or ``[0.1 -2]``, as pandas and numpy write a list; None for others."""
    inner = text.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        return None
    try:
        return [float(part) for part in inner[1:-1].replace(",", " ").split()]
    except ValueError:
        return None

"""Columns that name groups: tokens of a sequence are no independent samples, and a table often says so.

Only names and runs of equal values are looked at, at the beginning of a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from klcli.lazy_regex import regex
from klcli.names.table_columns import GROUP_KEY, GROUP_NAME, bare
from klcli.tables.source import Table
from klcli.values import dataclass, field

_ROWS_PER_GROUP = 1.5
"""Rows for each run or value of a column with such a name; below, most are alone."""
_LEAST_RUNS, _ROWS_PER_RUN = 10, 2.0
"""Of a column with any other name, each of whose values stands in one run: by chance that does not happen."""
_MOST_ROWS = 50_000
"""Rows that are looked at, and so values that are remembered: memory must not grow with the table."""
_WHOLE = regex(r"[+-]?[0-9]+(\.0*)?")
"""A whole number, perhaps as a double writes it."""
_NUMBER = regex(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(nan|inf|infinity)|", re.IGNORECASE)
"""Any number, and nothing."""


@dataclass(slots=True)
class _Column:
    name: str
    rows: int = 0
    runs: int = 0
    seen: set[str] = field(default_factory=set)
    last: str | None = None
    label: bool = True
    """Whether all values are whole numbers or text, as names are and measurements are not."""

    @property
    def named(self) -> bool:
        return GROUP_NAME.says(self.name)

    def see(self, texts: Sequence[str]) -> None:
        for text in texts:
            if text != self.last:
                self.runs += 1
                self.last = text
                self.seen.add(text)
                self.label = self.label and _is_label(text)
        self.rows += len(texts)

    @property
    def open(self) -> bool:
        """Whether more rows can make it a column of groups."""
        return self.rows < _MOST_ROWS and (self.named or (self.label and len(self.seen) == self.runs))

    @property
    def groups(self) -> bool:
        values = len(self.seen)
        if not self.label or values < 2:
            return False
        if self.named:
            parts = values if GROUP_KEY.says(self.name) else self.runs
            return self.rows >= _ROWS_PER_GROUP * parts
        return self.runs >= _LEAST_RUNS and values == self.runs and self.rows >= _ROWS_PER_RUN * self.runs


class RunWatch:
    """Looks at the columns of a table that nobody asked for, until it is clear which may name groups."""

    def __init__(self, table: Table, used: Sequence[int]) -> None:
        names = table.names or [""] * table.width
        self._columns = {
            index: _Column(bare(name, digits=False)) for index, name in enumerate(names) if index not in used
        }

    @property
    def columns(self) -> list[int]:
        """The columns that more has to be seen of, counted from 0."""
        return [index for index, column in self._columns.items() if column.open]

    def see(self, column: int, texts: Sequence[str]) -> None:
        """Look at the texts of the next rows in a column."""
        self._columns[column].see(texts)

    def found(self) -> int | None:
        """The column with the most groups, one that is named like groups before any other; None without."""
        found = [(row.named, len(row.seen), index) for index, row in self._columns.items() if row.groups]
        return max(found)[2] if found else None


def _is_label(text: str) -> bool:
    return bool(_WHOLE.fullmatch(text)) or not _NUMBER.fullmatch(text)

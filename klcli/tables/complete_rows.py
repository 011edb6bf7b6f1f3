"""The rows of a table in which no number is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from klcli.errors import KlcliError
from klcli.tables.columns import column_name
from klcli.tables.log_ratio_columns import place
from klcli.tables.source import Block, Table
from klcli.values import dataclass

_MISSING = "--skip-missing leaves such rows out"


@dataclass(slots=True)
class CompleteRows:
    """The rows of a table in which nothing is missing, and how many there were of the others.

    Attributes:
        table: whose rows they are.
        columns: those that are read.
        skip_missing: whether the others are left out, and are no error.
        skipped: the others so far.
    """

    table: Table
    columns: tuple[int, ...]
    skip_missing: bool
    skipped: int = 0

    def of(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Those of some blocks.

        Raises:
            KlcliError: a number is missing, and its row is not to be left out.
        """
        import numpy

        for block in blocks:
            missing = numpy.isnan(block.values)
            if not missing.any():
                yield block
                continue
            rows = missing.any(axis=1)
            if not self.skip_missing:
                row = int(rows.argmax())
                name = column_name(self.table, self.columns[int(missing[row].argmax())])
                raise KlcliError(f"{place(block, row)}, column {name}: the number is missing", _MISSING)
            self.skipped += int(numpy.count_nonzero(rows))
            yield _rows(block, numpy.flatnonzero(~rows).tolist())


def _rows(block: Block, rows: list[int]) -> Block:
    keys = [block.keys[row] for row in rows] if block.keys else ()
    return Block(block.values[rows], [block.numbers[row] for row in rows], block.noun, keys)

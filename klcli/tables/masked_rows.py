"""The rows of a table that its mask keeps: a column of 0 and 1, or of true and false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from math import nan

from klcli.errors import KlcliError
from klcli.tables.masks import kept_by
from klcli.tables.sequences import mask_of
from klcli.tables.source import Block, Table, Watch
from klcli.values import dataclass

_TRUTHS = {"true": 1.0, "false": 0.0}
"""As Python, numpy, pandas and JSON write them, in small letters."""


class _MaskWatch:
    """Sees the texts of the mask, beside those of another watch."""

    def __init__(self, mask: int, other: Watch | None) -> None:
        self._mask = mask
        self._other = other
        self.texts: Sequence[str] = ()

    @property
    def columns(self) -> Sequence[int]:
        others = self._other.columns if self._other else ()
        return [*(column for column in others if column != self._mask), self._mask]

    def see(self, column: int, texts: Sequence[str]) -> None:
        if column == self._mask:
            self.texts = texts
        elif self._other:
            self._other.see(column, texts)


@dataclass(frozen=True, slots=True)
class _MaskedRows:
    """A table, and its column with the mask, counted from 0."""

    name: str
    table: Table
    column: int
    names: tuple[str, ...]
    width: int
    shape: tuple[int, ...] | None
    group: str | None
    mask: str

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        seen = _MaskWatch(self.column, watch)
        for block in self.table.blocks(columns, key, seen):
            yield self._kept(block, seen.texts)

    def _kept(self, block: Block, texts: Sequence[str]) -> Block:
        import numpy

        if len(texts) != len(block.values):
            raise KlcliError(
                f"{self.mask} in {self.name} has several numbers in a row, and a row is one token",
                "a mask has one number for each row",
            )
        known = {text: _number(text) for text in set(texts)}
        mask = numpy.array([known[text] for text in texts])
        kept = kept_by(mask, f"{self.mask} in {self.name}", block.numbers, block.noun)
        numbers, keys = list(compress(block.numbers, kept)), list(compress(block.keys, kept))
        return Block(block.values[kept], numbers, block.noun, keys)


def masked_rows(table: Table, name: str) -> Table:
    """The rows of a table that count: all of them where no column is called like a mask.

    Args:
        table: whose rows are tokens or samples.
        name: of its file, for messages.

    Raises:
        KlcliError: several columns may be the mask.
    """
    mask = mask_of(table.names)
    if mask is None:
        return table
    column = table.names.index(mask)
    return _MaskedRows(name, table, column, table.names, table.width, table.shape, table.group, mask)


def _number(text: str) -> float:
    """What a cell of a mask says; NaN where it is neither a number nor a truth."""
    try:
        return _TRUTHS[text.lower()] if text.lower() in _TRUTHS else float(text)
    except ValueError:
        return nan

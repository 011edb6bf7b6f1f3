"""Rows that belong together, such as the tokens of a sequence, added up to one sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from klcli.errors import KlcliError, clipped
from klcli.tables.source import Block
from klcli.values import dataclass, field

_MOST_REMEMBERED = 10_000
"""Groups that are remembered to see one come back; memory must not grow with the table."""


@dataclass(slots=True)
class Groups:
    """Adds up the rows that follow each other and have the same key.

    Attributes:
        column: the name of the column with the keys.
        rows: those added so far.
    """

    column: str
    rows: int = 0
    _seen: set[str] = field(default_factory=set)

    def added_up(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks with one row for each group, numbered as its first row.

        Raises:
            KlcliError: a key comes back after other keys.
        """
        held: Block | None = None
        for block in blocks:
            if not block.keys:
                continue
            self.rows += len(block.keys)
            sums = _sums(block if held is None else _joined(held, block))
            self._remember(sums, known=held.keys[0] if held else None)
            yield _part(sums, slice(0, -1))
            held = _part(sums, slice(-1, None))
        if held:
            yield held

    def _remember(self, sums: Block, known: str | None) -> None:
        for number, key in zip(sums.numbers, sums.keys, strict=True):
            if key in self._seen and key != known:
                raise KlcliError(
                    f"{sums.noun} {number:,}: {self.column} {clipped(key)!r} comes back after other groups",
                    f"sort the table by {self.column}: the rows of a group follow each other",
                )
            if len(self._seen) < _MOST_REMEMBERED:
                self._seen.add(key)
            known = None


def _joined(first: Block, second: Block) -> Block:
    import numpy

    values = numpy.concatenate([first.values, second.values])
    numbers, keys = [*first.numbers, *second.numbers], [*first.keys, *second.keys]
    return Block(values, numbers, second.noun, keys, [*_sizes(first), *_sizes(second)])


def _sums(block: Block) -> Block:
    import numpy

    keys = block.keys
    starts = [0, *(row for row in range(1, len(keys)) if keys[row] != keys[row - 1])]
    with numpy.errstate(invalid="ignore", over="ignore"):
        sums = numpy.add.reduceat(block.values, starts, axis=0)
    sizes = numpy.add.reduceat(numpy.asarray(_sizes(block)), starts).tolist()
    numbers = [block.numbers[row] for row in starts]
    return Block(sums, numbers, block.noun, [keys[row] for row in starts], sizes)


def _part(block: Block, rows: slice) -> Block:
    return Block(block.values[rows], block.numbers[rows], block.noun, block.keys[rows], block.sizes[rows])


def _sizes(block: Block) -> Sequence[int]:
    return block.sizes or [1] * len(block.keys)

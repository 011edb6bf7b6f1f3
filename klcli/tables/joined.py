"""Files with the same rows, one with log q, one with log p and perhaps one with a mask, as one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from klcli.errors import KlcliError
from klcli.names.table_columns import LOG_P_COLUMN, LOG_Q_COLUMN, bare
from klcli.names.trainer_log_probs import GIVEN_TEXT
from klcli.tables.columns import GIVEN_TEXTS
from klcli.tables.masks import kept_by
from klcli.tables.sequences import SEQUENCE, mask_of
from klcli.tables.source import Block, Table, Watch
from klcli.values import dataclass

LOG_Q, LOG_P, MASK = "log_q", "log_p", "mask"
"""What the columns of the files are called."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A column of one file, and perhaps the mask that stands beside it."""

    name: str
    table: Table
    column: int
    mask: int | None

    @property
    def columns(self) -> list[int]:
        return [self.column] if self.mask is None else [self.column, self.mask]


@dataclass(frozen=True, slots=True)
class _Joined:
    """The columns of several files side by side."""

    parts: Mapping[str, _Part]
    names: tuple[str, ...]
    width: int
    group: str | None
    mask: str | None
    shape: None = None

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        import numpy

        streams = [_TokenStream(part) for part in self.parts.values()]
        while size := self._waiting(streams):
            taken = [stream.take(size) for stream in streams]
            self._check(taken)
            found = dict(zip(self.parts, (block.values[:, 0] for block in taken), strict=True))
            kept = numpy.ones(size, dtype=bool)
            for (meaning, part), block in zip(self.parts.items(), taken, strict=True):
                if meaning == MASK or part.mask is not None:
                    name = f"the mask in {part.name}"
                    kept &= kept_by(block.values[:, -1], name, block.numbers, block.noun)
            values = numpy.stack([found[self.names[column]] for column in columns], axis=1)[kept]
            numbers = numpy.asarray(taken[0].numbers)[kept].tolist()
            yield Block(values, numbers, taken[0].noun, () if key is None else list(map(str, numbers)))

    def _waiting(self, streams: Sequence[_TokenStream]) -> int:
        """Rows that can be taken from every file; 0 at the end of all."""
        left = [stream.waiting() for stream in streams]
        if 0 in left and max(left):
            ended, other = streams[left.index(0)].part, streams[left.index(max(left))].part
            raise KlcliError(
                f"{ended.name} ends before {other.name} does", "both have the same rows, in the same order"
            )
        return min(left)

    def _check(self, taken: Sequence[Block]) -> None:
        """Sequences begin in the same places of all files."""
        import numpy

        begins = [numpy.diff(numpy.asarray(block.numbers)) != 0 for block in taken]
        for part, block, other in zip(list(self.parts.values())[1:], taken[1:], begins[1:], strict=True):
            wrong = begins[0] != other
            if wrong.any():
                row = int(wrong.argmax())
                first = next(iter(self.parts.values()))
                raise KlcliError(
                    f"{taken[0].noun} {taken[0].numbers[row]:,} of {first.name} and {block.noun} "
                    f"{block.numbers[row]:,} of {part.name} have different numbers of tokens",
                    "were they counted by another tokenizer, or with the prompt in one file alone?",
                )


class _TokenStream:
    """The rows of one file, taken in any number."""

    def __init__(self, part: _Part) -> None:
        self.part = part
        self._blocks = part.table.blocks(part.columns)
        self._rest: Block | None = None

    def waiting(self) -> int:
        """Rows that can be taken; 0 at the end."""
        while self._rest is None or not len(self._rest.values):
            self._rest = next(self._blocks, None)
            if self._rest is None:
                return 0
        return len(self._rest.values)

    def take(self, rows: int) -> Block:
        """The next rows, of which so many are waiting."""
        assert self._rest is not None
        block, first, later = self._rest, slice(None, rows), slice(rows, None)
        self._rest = Block(block.values[later], block.numbers[later], block.noun)
        return Block(block.values[first], block.numbers[first], block.noun)


def joined(tables: Mapping[str, tuple[str, Table]]) -> Table:
    """Tables with the same rows as one with the columns `LOG_Q` and `LOG_P`.

    Args:
        tables: `LOG_Q`, `LOG_P` and perhaps `MASK`: the name of each file, and its table with every token.

    Raises:
        KlcliError: a file has several columns, and none or several that may be meant.
    """
    parts = {meaning: _part(meaning, *found) for meaning, found in tables.items()}
    group = SEQUENCE if any(part.table.group for part in parts.values()) else None
    masked = MASK in parts or any(part.mask is not None for part in parts.values())
    names = (LOG_Q, LOG_P, *filter(None, [group]))
    return _Joined(parts, names, len(names), group, MASK if masked else None)


def _part(meaning: str, name: str, table: Table) -> _Part:
    names = table.names or ("",) * table.width
    columns = [column for column, found in enumerate(names) if found != SEQUENCE]
    masked = None if meaning == MASK else mask_of([names[column] for column in columns])
    mask = None if masked is None else names.index(masked)
    numbers = [column for column in columns if column != mask]
    if len(numbers) > 1:
        numbers = _named(meaning, [(column, bare(names[column].rpartition("/")[2])) for column in numbers])
    if len(numbers) != 1:
        raise KlcliError(f"which array of {name} is {meaning}?", _hint(names, columns))
    return _Part(name, table, numbers[0], mask)


def _hint(names: Sequence[str], columns: Sequence[int]) -> str:
    """What to do about a file in which not one array may be meant."""
    if any(map(GIVEN_TEXT.says, names)):
        return GIVEN_TEXTS
    listed = ", ".join(names[column] or str(column + 1) for column in columns)
    return f"keep one in the file; there are {listed}" if listed else "there is no array of numbers in it"


def _named(meaning: str, columns: Sequence[tuple[int, str]]) -> list[int]:
    """The columns that are called so; those of any log-probability where there is none."""
    kinds = {LOG_Q: (LOG_Q_COLUMN, LOG_P_COLUMN), LOG_P: (LOG_P_COLUMN, LOG_Q_COLUMN)}.get(meaning, ())
    for kind in kinds:
        found = [column for column, name in columns if kind.says(name)]
        if found:
            return found
    return []

"""JSON lines as tokens: each line is a sequence, whose lists may have any length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, compress
from typing import Any

from klcli.errors import KlcliError
from klcli.tables.formats.json_lines import flat_numbers, json_objects
from klcli.tables.masks import kept_by
from klcli.tables.sequences import SEQUENCE, mask_of
from klcli.tables.source import Block, Source, Table, Watch
from klcli.values import dataclass

_TOKENS = 1 << 15
"""Of a block, about."""
_HINT = 'for example {"log_q": [-1.5], "log_p": [-1.2]}'


@dataclass(frozen=True, slots=True)
class _SequenceTable:
    """Lines that are read as they are asked for."""

    name: str
    names: tuple[str, ...]
    mask: str | None
    masked: bool
    width: int
    group: str | None
    lines: Iterator[tuple[int, dict[str, Any]]]
    shape: None = None

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        import numpy

        names = [self.names[column] for column in columns]
        rows: list[tuple[float, ...]] = []
        numbers: list[int] = []
        keys: list[str] = []
        for number, found in self.lines:
            tokens = self._tokens(number, found, names)
            if watch:
                for column in watch.columns:
                    label = found.get(self.names[column])
                    watch.see(column, ["" if label is None else str(label)])
            rows += tokens
            numbers += [number] * len(tokens)
            label = number if key is None or self.names[key] == SEQUENCE else found.get(self.names[key])
            keys += [str(label)] * len(tokens)
            if len(rows) >= _TOKENS:
                yield Block(numpy.array(rows), numbers, "line", () if key is None else keys)
                rows, numbers, keys = [], [], []
        if rows:
            yield Block(numpy.array(rows), numbers, "line", () if key is None else keys)

    def _tokens(self, line: int, found: dict[str, Any], names: Sequence[str]) -> list[tuple[float, ...]]:
        """The tokens of one line, a number of each column, without those that the mask leaves out."""
        import numpy

        self._check_mask(line, found)
        masks = [self.mask] if self.masked and self.mask is not None else []
        columns = [self._numbers(line, found, name) for name in (*names, *masks)]
        if len(set(map(len, columns))) > 1:
            pairs = zip((*names, *masks), columns, strict=True)
            said = " and ".join(f"{name} {len(column)}" for name, column in pairs)
            raise KlcliError(
                f"line {line:,} of {self.name}: the lists have different lengths: {said}",
                "a number for each token in every list",
            )
        tokens = list(zip(*columns[: len(names)], strict=True))
        if not masks:
            return tokens
        kept = kept_by(numpy.array(columns[-1:]), f"{self.mask} in {self.name}", [line], "line")
        return list(compress(tokens, kept[0]))

    def _check_mask(self, line: int, found: dict[str, Any]) -> None:
        """The mask of the first line is that of all lines."""
        if found.keys() == set(self.names) - {SEQUENCE}:
            return
        own = mask_of(tuple(found))
        if own != self.mask:
            one, other = (f"{name!r}" if name else "no mask" for name in (own, self.mask))
            raise KlcliError(
                f"line {line:,} of {self.name} has {one}, the first line has {other}",
                "every line has a mask, or none has",
            )

    def _numbers(self, line: int, found: dict[str, Any], name: str) -> list[float]:
        numbers = flat_numbers(found.get(name), truths=name == self.mask)
        if name not in found or numbers is None:
            raise KlcliError(
                f"line {line:,} of {self.name} has no numbers called {name!r}", "every line has the same keys"
            )
        return numbers


def open_json_sequences(source: Source, begin: bytes, *, masked: bool = True) -> Table:
    """The tokens of JSON lines of which the first bytes are already read.

    Args:
        source: of the rest.
        begin: the first bytes.
        masked: whether tokens are left out where a list that is called like a mask is 0.

    Raises:
        KlcliError: a line that is no object, or no line.
    """
    lines = json_objects(source, begin, _HINT)
    first = next(lines, None)
    if first is None:
        raise KlcliError(f"there is no line in {source.name}", _HINT)
    found = first[1]
    group = SEQUENCE if any(isinstance(one, list) for one in found.values()) else None
    names = (*found, *filter(None, [group]))

    mask = mask_of(tuple(found))
    return _SequenceTable(source.name, names, mask, masked, len(names), group, chain([first], lines))

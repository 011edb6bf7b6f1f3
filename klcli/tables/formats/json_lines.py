"""JSON lines as arrays: an object for each example, whose values are numbers or lists of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import nan
from typing import Any

from klcli.errors import KlcliError, clipped, first_line
from klcli.tables.in_memory import ArraysInMemory
from klcli.tables.named_arrays import ArrayBlock, Arrays, ArrayShape, rows_of_block
from klcli.tables.source import Source
from klcli.values import dataclass

_BYTES = 1 << 18
"""Read at once: some thousand rows."""
_LONGEST = 1 << 26
"""Bytes of a line, which is read whole: some million numbers."""
_HINT = 'for example {"mu": [0.1, 0.2], "logvar": [-1.0, -2.0]}'

_Line = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class _JsonLines:
    """Objects of one shape, read as they are asked for."""

    name: str
    shapes: Mapping[str, ArrayShape]
    lines: Iterator[_Line]
    texts: None = None

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        import numpy

        size = rows_of_block(sum(self.shapes[name][1] for name in names))
        first = 1
        rows: list[list[list[float]]] = []
        for number, found in self.lines:
            if rows and (len(rows) == size or number != first + len(rows)):  # an empty line stood between
                yield _block(rows, first, numpy)
                rows = []
            first = first if rows else number
            rows.append([self._numbers(number, found, name) for name in names])
        if rows:
            yield _block(rows, first, numpy)

    def _numbers(self, line: int, found: dict[str, Any], name: str) -> list[float]:
        """The numbers of one array in one line; null is NaN."""
        if name not in found:
            raise KlcliError(f"line {line:,} of {self.name} has no {name!r}", "every line has the same keys")
        numbers = flat_numbers(found[name])
        wanted = self.shapes[name][1]
        if numbers is None:
            raise KlcliError(
                f"line {line:,} of {self.name}: {name} is no list of numbers: {clipped(repr(found[name]))}",
                _HINT,
            )
        if len(numbers) != wanted:
            raise KlcliError(
                f"line {line:,} of {self.name}: {name} has {len(numbers)} numbers, not {wanted}",
                "every example has the same latents",
            )
        return numbers


def _block(rows: list[list[list[float]]], first: int, numpy: Any) -> ArrayBlock:
    columns = zip(*rows, strict=True)
    return ArrayBlock(tuple(numpy.array(column, dtype=float) for column in columns), first, "line")


def open_json_lines(source: Source, begin: bytes) -> Arrays:
    """The arrays of JSON lines of which the first bytes are already read.

    A file that is one object with lists of lists holds whole arrays, as ``json.dump`` writes them, and no
    example of its own.

    Raises:
        KlcliError: a line that is no object, or no line.
    """
    lines = json_objects(source, begin)
    first = next(lines, None)
    if first is None:
        raise KlcliError(f"there is no line in {source.name}", _HINT)
    second = next(lines, None) if any(map(_is_nested, first[1].values())) else None
    if second is None and any(map(_is_nested, first[1].values())):
        return _whole_arrays(source.name, first[1])
    lines = lines if second is None else chain([second], lines)
    found = {name: flat_numbers(value) for name, value in first[1].items()}
    shapes: dict[str, ArrayShape] = {name: (None, len(numbers)) for name, numbers in found.items() if numbers}
    return _JsonLines(source.name, shapes, chain([first], lines))


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _whole_arrays(file: str, found: Mapping[str, Any]) -> Arrays:
    """The arrays of one object, each with a row for each example.

    Raises:
        KlcliError: rows of different length, or no numbers in one.
    """
    import numpy

    arrays = {}
    for name, value in found.items():
        if not _is_nested(value):
            continue
        rows = [flat_numbers(row) for row in value]
        if None in rows:  # texts
            continue
        widths = [len(row or ()) for row in rows]
        wrong = next((place for place, width in enumerate(widths) if width != widths[0]), None)
        if wrong is not None:
            raise KlcliError(
                f"row {wrong + 1:,} of {name} in {file} has {widths[wrong]} numbers, not {widths[0]}",
                "every example has the same latents",
            )
        arrays[name] = numpy.array(rows, dtype=float)
    return ArraysInMemory(file, arrays)


def flat_numbers(value: Any, *, truths: bool = False) -> list[float] | None:
    """The numbers of a value, lists in lists one after the other; None if it holds anything else.

    Args:
        value: as JSON has it.
        truths: whether true and false are 1 and 0, as in a mask.
    """
    if value is None:
        return [nan]
    if isinstance(value, list):
        parts = [flat_numbers(part, truths=truths) for part in value]
        return None if None in parts else [number for part in parts for number in part or ()]
    is_number = isinstance(value, int | float) and (truths or not isinstance(value, bool))
    try:
        return [float(value)] if is_number else None
    except OverflowError:  # a whole number beyond the doubles
        return None


def json_objects(source: Source, begin: bytes, hint: str = _HINT) -> Iterator[_Line]:
    """The objects of a text of which the first bytes are already read, with the numbers of their lines.

    Args:
        source: of the text.
        begin: what is already read.
        hint: how a line looks, for messages.

    Raises:
        KlcliError: a line that is no object.
    """
    for number, line in enumerate(_lines(source, begin), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            said = first_line(error)
            raise KlcliError(f"line {number:,} of {source.name} is no JSON: {said}", hint) from None
        if not isinstance(found, dict):
            raise KlcliError(f"line {number:,} of {source.name} is no object", hint)
        yield number, found


def _lines(source: Source, begin: bytes) -> Iterator[bytes]:
    parts, length = [begin], len(begin)
    while data := source.read(_BYTES):
        head, *lines = data.split(b"\n")
        parts.append(head)
        length += len(head)
        if lines:
            yield b"".join(parts)
            yield from lines[:-1]
            parts, length = [lines[-1]], len(lines[-1])
        if length > _LONGEST:
            raise KlcliError(
                # 2^20 bytes are a MiB.
                f"a line of {source.name} is longer than {_LONGEST >> 20} MiB",
                "each line is an example",
            )
    if length:
        yield b"".join(parts)

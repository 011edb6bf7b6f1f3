"""Records by names of columns, out of CSV with a header or JSON lines; every value stays the text it was."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.values import dataclass

Value: TypeAlias = str | Sequence[str]

_SEPARATORS = ",;\t"
_HINT = 'CSV with a header such as mu,sigma or lines such as {"mu": 0.3, "sigma": 1.2}'


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        line: where it begins, from 1.
        fields: its values by column, of which a list in JSON is several.
        problem: why it could not be read; empty where it could.
    """

    line: int
    fields: Mapping[str, Value]
    problem: str = ""


def records(text: str, name: str) -> Iterator[Record]:
    """The records of a text, in their order.

    Args:
        text: CSV whose first line names the columns, or one JSON object a line.
        name: of the file, for messages.

    Raises:
        KlcliError: there is no header.
    """
    if text.lstrip().startswith("{"):
        yield from _of_json(text)
        return
    lines = text.split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise KlcliError(f"there is no row in {name}", _HINT)
    separator = max(_SEPARATORS, key=lines[first].count)
    reader = csv.reader((f"{line}\n" for line in lines[first:]), delimiter=separator, skipinitialspace=True)
    try:
        columns = [column.strip() for column in next(reader)]
        yield from _of_csv(reader, columns, first)
    except csv.Error as error:
        raise KlcliError(f"{name}, line {first + reader.line_num}: {error}", _HINT) from None


def _of_csv(reader: Iterator[list[str]], columns: Sequence[str], skipped: int) -> Iterator[Record]:
    line = skipped + reader.line_num  # type: ignore[attr-defined]
    for cells in reader:
        start, line = line + 1, skipped + reader.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        problem = ""
        if len(cells) != len(columns):
            problem = f"it has {len(cells)} fields, the header has {len(columns)}"
        fields = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        yield Record(start, fields, problem)


def _of_json(text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            yield Record(number, {}, f"it is no JSON: {error}")
            continue
        if not isinstance(found, dict):
            yield Record(number, {}, "it is no JSON object")
            continue
        wrong = [key for key, value in found.items() if not _is_value(value)]
        problem = f"{wrong[0]} is neither a number nor a list of numbers" if wrong else ""
        kept = {key: value for key, value in found.items() if key not in wrong and value is not None}
        yield Record(number, kept, problem)


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return value is None or isinstance(value, str)

"""Logs in JSON: an object for each step, one a line, or in a list; or an object with a list for each name.

Trainers write all of these: JSON lines, ``trainer_state.json`` with the list ``log_history``, the history of
Keras. Objects within objects are named by the path to them, ``train/kl``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from klcli.errors import KlcliError, first_line
from klcli.tables.decompression import begun
from klcli.tables.formats.json_lines import json_objects
from klcli.tables.source import Source

_BYTES = 1 << 18
"""That are read at once while it is not known what the document is."""
_LONGEST = 1 << 28
"""Bytes of a document that is no JSON lines, which is read whole."""
_DEEPEST = 8
"""Objects within objects that are looked into."""

LogRow = tuple[int, dict[str, Any]]


def json_log_rows(source: Source, hint: str) -> Iterator[LogRow]:
    """The rows of a log by their numbers from 1, or those of their lines, with a value or null for each name.

    Args:
        source: of the text.
        hint: how a line looks, for messages.

    Raises:
        KlcliError: it is no JSON, or has no rows.
    """
    begin, is_lines = _first_line(source)
    whole = begun(source, begin)
    rows = json_objects(whole, b"", hint) if is_lines else _rows_of(_document(whole, hint))
    if rows is None:
        raise KlcliError(f"{source.name} has no list of steps", hint)
    for number, row in rows:
        yield number, _flat(row)


def _first_line(source: Source) -> tuple[bytes, bool]:
    """What was read, which is a line at least, and whether it begins with a line that is a row of its own."""
    begin = b""
    while data := source.read(_BYTES):
        begin += data
        line, _, rest = begin.lstrip().partition(b"\n")
        if rest.strip():
            return begin, isinstance(_loaded(line), dict)
        if len(begin) > _LONGEST:
            raise KlcliError(f"{source.name} is longer than {_LONGEST >> 20} MiB", "JSON lines may be longer")
    found = _loaded(begin)
    return begin, isinstance(found, dict) and _rows_of(found) is None


def _loaded(text: bytes) -> Any:
    """What a text says; None where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _document(source: Source, hint: str) -> Any:
    begin = b""
    while data := source.read(_BYTES):
        begin += data
        if len(begin) > _LONGEST:
            raise KlcliError(f"{source.name} is longer than {_LONGEST >> 20} MiB", "JSON lines may be longer")
    try:
        return json.loads(begin)
    except json.JSONDecodeError as error:
        raise KlcliError(f"line {error.lineno:,} of {source.name} is no JSON: {error.msg}", hint) from None
    except (ValueError, RecursionError) as error:
        raise KlcliError(f"{source.name} is no JSON: {first_line(error)}", hint) from None


def _rows_of(document: Any) -> Iterator[LogRow] | None:
    """The rows of a document: of a list of objects, in an object or by itself, or of lists by their names."""
    found = document if isinstance(document, list) else None
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and value]
        found = next((value for value in lists if all(isinstance(row, dict) for row in value)), None)
        most = max(map(len, lists), default=0)
        if found is None and most > 1:
            columns = {name: value for name, value in document.items() if isinstance(value, list)}
            found = [
                {name: value[place] for name, value in columns.items() if place < len(value)}
                for place in range(most)
            ]
    if not found or not all(isinstance(row, dict) for row in found):
        return None
    return enumerate(found, 1)


def _flat(row: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """A row whose objects are named by the path to them."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if not isinstance(value, dict):
            found[name] = value
        elif depth < _DEEPEST:
            found |= {f"{name}/{inner}": part for inner, part in _flat(value, depth + 1).items()}
    return found

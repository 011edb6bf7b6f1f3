"""What every command hands to the renderers and to the exit status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from klcli.report.csv_records import ResultRow
from klcli.report.document import Document, Plot
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.report.finding_records import Findings


@dataclass(frozen=True, slots=True)
class Report:
    """A command's result, in the views that the formats need.

    Attributes:
        data: the result itself, which the JSON format walks; its first field is the schema.
        rows: the result as a table of records, for CSV.
        document: the result in words, for the terminal, Markdown and LaTeX.
        bare: the result in as few words as possible, for ``-q``.
        holds: whether everything that was checked holds.
        readable: whether there was input and all of it could be read.
        broken: whether a bug in klcli was met on the way, which spoils only a part of the result.
        interrupted: whether a Ctrl-C ended the work before its end, of which the result says how far it came.
        columns: the keys of the records, for a command that may have none.
        findings: what was found and where, for the formats of other tools; None where nothing is searched.
        pictures: makes the pictures of the result, where a medium wants them.
        is_pictured: whether they belong to the words on a terminal.
    """

    data: Any
    rows: Sequence[ResultRow]
    document: Document
    bare: str
    holds: bool
    readable: bool = True
    broken: bool = False
    interrupted: bool = False
    columns: Sequence[str] = ()
    findings: Findings | None = None
    pictures: Callable[[], Sequence[Plot]] = tuple
    is_pictured: bool = True


def in_short(data: object, *names: str) -> str:
    """The `repr` of a result: its class with the fields that say most, as far as they say anything."""
    shown = {name: getattr(data, name) for name in names}
    inside = ", ".join(f"{name}={value!r}" for name, value in shown.items() if value is not None)
    return f"{type(data).__name__}({inside})"

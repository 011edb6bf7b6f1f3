"""Series of numbers by their steps, out of the logs of runs: CSV, JSON, TensorBoard's event files."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from klcli.errors import KlcliError
from klcli.names.logged_kls import step_column
from klcli.tables.decompression import GZIP, begun, decompressed
from klcli.tables.formats.delimited import open_delimited
from klcli.tables.formats.detection import holds_arrays
from klcli.tables.formats.event_files import is_event_file, logged_scalars
from klcli.tables.formats.json_lines import flat_numbers
from klcli.tables.formats.json_logs import json_log_rows
from klcli.tables.numbered_names import check_distinct
from klcli.tables.source import Source
from klcli.values import dataclass, field

_BEGIN = 64
"""Bytes by which a format is told."""
_HINT = 'for example {"step": 10, "kl": 0.02}'


@dataclass(slots=True, eq=False)
class LogSeries:
    """The numbers that were logged under one name.

    Attributes:
        name: as the file has it.
        steps: of each number, in the order of the file; rows where there are no steps.
        values: finite ones.
        not_finite: numbers that are left out, as they are infinite or NaN.
        first_not_finite: the step of the first of these; None without one.
    """

    name: str
    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    not_finite: int = 0
    first_not_finite: float | None = None

    def add(self, step: float, value: float) -> None:
        """Add a number."""
        if isfinite(value):
            self.steps.append(step)
            self.values.append(value)
            return
        self.not_finite += 1
        if self.first_not_finite is None:
            self.first_not_finite = step

    def extend(self, other: LogSeries) -> None:
        """Add the numbers of the same series in a later file."""
        self.steps += other.steps
        self.values += other.values
        self.not_finite += other.not_finite
        if self.first_not_finite is None:
            self.first_not_finite = other.first_not_finite


Wanted = Callable[[str], bool]


def logged_series(source: Source, wanted: Wanted) -> tuple[list[LogSeries], Sequence[str]]:
    """The series of a log whose names are wanted, and all names that it has.

    Args:
        source: of the log.
        wanted: whether a name is.

    Raises:
        KlcliError: it cannot be read.
    """
    begin = source.read(_BEGIN)
    if not begin:
        raise KlcliError(f"{source.name} is empty", "a log has a row for each step")
    if begin.startswith(GZIP):
        return logged_series(decompressed(source, begin), wanted)
    if holds_arrays(begin):
        raise KlcliError(
            f"{source.name} holds arrays, and is no log",
            "logs are CSV, JSON lines, event files; klcli latents reads posteriors, klcli estimate samples",
        )
    begin = begin.removeprefix(BOM_UTF8)
    source = begun(source, begin)
    if is_event_file(begin):
        return _of_events(source, wanted)
    if begin.lstrip().startswith((b"{", b"[")):
        return _of_objects(source, wanted)
    return _of_columns(source, wanted)


def _of_events(source: Source, wanted: Wanted) -> tuple[list[LogSeries], Sequence[str]]:
    found: dict[str, LogSeries] = {}
    names: dict[str, None] = {}
    for step, tag, value in logged_scalars(source):
        names[tag] = None
        if wanted(tag):
            found.setdefault(tag, LogSeries(tag)).add(step, value)
    return list(found.values()), list(names)


def _of_objects(source: Source, wanted: Wanted) -> tuple[list[LogSeries], Sequence[str]]:
    found: dict[str, LogSeries] = {}
    names: dict[str, None] = {}
    for number, row in json_log_rows(source, _HINT):
        names |= dict.fromkeys(row)
        step = _step_of(row, number)
        for name, value in row.items():
            numbers = flat_numbers(value)
            if value is not None and wanted(name) and numbers is not None and len(numbers) == 1:
                found.setdefault(name, LogSeries(name)).add(step, numbers[0])
    return list(found.values()), list(names)


def _step_of(row: dict[str, Any], number: int) -> float:
    name = step_column([name for name, value in row.items() if value is not None and flat_numbers(value)])
    return float(number) if name is None else (flat_numbers(row[name]) or [float(number)])[0]


def _of_columns(source: Source, wanted: Wanted) -> tuple[list[LogSeries], Sequence[str]]:
    table = open_delimited(source, b"")
    names = [name.strip('"') for name in table.names]
    chosen = [column for column, name in enumerate(names) if wanted(name)]
    steps_of = step_column(names)
    step = None if steps_of is None else names.index(steps_of)
    check_distinct([names[column] for column in chosen], source.name)
    found = [LogSeries(names[column]) for column in chosen]
    cells = _Cells(chosen)
    if chosen:
        for block in table.blocks([*chosen, *([] if step is None else [step])], watch=cells):
            steps = block.numbers if step is None else block.values[:, -1].tolist()
            for index, series in enumerate(found):
                _add(series, steps, block.values[:, index].tolist(), cells.texts[chosen[index]])
    return found, names


@dataclass(slots=True, eq=False)
class _Cells:
    """The texts of the last block of a table, which tell a NaN that was logged from an empty cell."""

    columns: Sequence[int]
    texts: dict[int, Sequence[str]] = field(default_factory=dict)

    def see(self, column: int, texts: Sequence[str]) -> None:
        self.texts[column] = texts


def _add(series: LogSeries, steps: Sequence[float], values: Sequence[float], texts: Sequence[str]) -> None:
    """Add the numbers of a column; a cell without one is none, as of a step at which nothing was logged."""
    for step, value, text in zip(steps, values, texts, strict=True):
        if value == value or text.lower() == "nan":
            series.add(float(step), value)

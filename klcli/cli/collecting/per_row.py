"""The KL of every example, written to a file as it is computed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from klcli.cli.writing import saving
from klcli.errors import KlcliError
from klcli.latents.reading import Choice, opened, rows_of
from klcli.latents.rows import BadRows
from klcli.latents.statistics import parts
from klcli.tables.inputs import Input

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["write_rows"]

_NPY, _CSV = ".npy", ".csv"


def write_rows(path: str, tables: Sequence[Input], choice: Choice) -> None:
    """Write the KL of every example, the sum over its latents in nats; NaN where it has none.

    Args:
        path: ends with .npy, for an array of shape (examples,), or with .csv, for columns file, row and kl.
        tables: whose examples follow each other.
        choice: which arrays are read.

    Raises:
        KlcliError: another ending, or a file that cannot be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in (_NPY, _CSV):
        raise KlcliError(f"--per-row: no format has the ending {ending!r}", f"one of {_NPY}, {_CSV}")
    with saving(path, "--per-row") as file:
        if ending == _NPY:
            _write_npy(file, _blocks(tables, choice))
        else:
            file.write(b"file,row,kl\n")
            for name, first, values in _blocks(tables, choice):
                file.write(_lines(name, first, values))


def _blocks(tables: Sequence[Input], choice: Choice) -> Iterator[tuple[str, int, NDArray[Any]]]:
    """The file, the number of the first row and the KLs of each block."""
    import numpy

    for given in tables:
        with ExitStack() as stack:
            table = opened(given, choice, stack)
            for rows in rows_of(table):
                values = numpy.full(len(rows.mean), numpy.nan)
                for part, kl, _ in parts(rows, table.reading, BadRows()):
                    values[part.numbers - rows.first] = kl.sum(axis=1)
                yield given.name, rows.first, values


def _lines(name: str, first: int, values: NDArray[Any]) -> bytes:
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((name, first + row, repr(value)) for row, value in enumerate(values.tolist()))
    return text.getvalue().encode("utf-8", "surrogateescape")


def _write_npy(file: BinaryIO, blocks: Iterator[tuple[str, int, NDArray[Any]]]) -> None:
    """An array whose length is known at its end: its header is written twice, in the same size."""
    from numpy.lib import format as npy

    def header(rows: int) -> None:
        file.seek(0)
        npy.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (rows,)})

    header(0)  # numpy leaves room for the digits of a longer one
    rows = 0
    for *_, values in blocks:
        file.write(values.astype("<f8").tobytes())
        rows += len(values)
    file.flush()
    header(rows)
    file.seek(0, os.SEEK_END)

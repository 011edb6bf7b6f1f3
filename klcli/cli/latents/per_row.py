"""The KL of every example, written to a file as it is computed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from klcli.cli.writing import saving
from klcli.errors import KlcliError
from klcli.latents.posterior_blocks import Choice, opened, rows_of
from klcli.latents.rows import BadRows
from klcli.latents.statistics import parts
from klcli.tables.extras import needed
from klcli.tables.inputs import Input

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUP = 1 << 16
"""Rows of a group of a Parquet file, at least: each has statistics of its own."""

_Blocks = Iterator[tuple[str, int, "NDArray[Any]"]]
"""The file, the number of the first row and the KLs of each block."""


def check_ending(path: str) -> None:
    """Refuse a file whose ending is no format, before anything is read for it.

    Raises:
        KlcliError: it has such an ending, or the library of its format is missing.
    """
    ending = Path(path).suffix.lower()
    if ending not in _WRITERS:
        raise KlcliError(f"--per-row: no format has the ending {ending!r}", f"one of {', '.join(_WRITERS)}")
    if ending == _PARQUET:
        needed("pyarrow", "parquet", f"{path} will be a Parquet file", verb="writes")


def write_rows(path: str, tables: Sequence[Input], choice: Choice) -> None:
    """Write the KL of every example, the sum over its latents in nats; NaN where it has none.

    Args:
        path: ends with .npy, for an array of shape (examples,), or with .csv or .parquet, for columns file,
            row and kl.
        tables: whose examples follow each other.
        choice: which arrays are read.

    Raises:
        KlcliError: another ending, or a file that cannot be written.
    """
    check_ending(path)
    with saving(path, "--per-row") as file:
        _WRITERS[Path(path).suffix.lower()](file, _blocks(tables, choice))


def _blocks(tables: Sequence[Input], choice: Choice) -> _Blocks:
    import numpy

    for given in tables:
        with ExitStack() as stack:
            table = opened(given, choice, stack)
            for rows in rows_of(table):
                values = numpy.full(len(rows.mean), numpy.nan)
                for part, kl, _ in parts(rows, table.reading, BadRows()):
                    values[part.numbers - rows.first] = kl.sum(axis=1)
                yield given.name, rows.first, values


def _write_csv(file: BinaryIO, blocks: _Blocks) -> None:
    file.write(b"file,row,kl\n")
    for name, first, values in blocks:
        file.write(_lines(name, first, values))


def _lines(name: str, first: int, values: NDArray[Any]) -> bytes:
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((name, first + row, repr(value)) for row, value in enumerate(values.tolist()))
    return text.getvalue().encode("utf-8", "surrogateescape")


def _write_npy(file: BinaryIO, blocks: _Blocks) -> None:
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


def _write_parquet(file: BinaryIO, blocks: _Blocks) -> None:
    import numpy
    import pyarrow
    from pyarrow import parquet

    name_kind = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    schema = pyarrow.schema([("file", name_kind), ("row", pyarrow.int64()), ("kl", pyarrow.float64())])
    with parquet.ParquetWriter(file, schema) as writer:
        waiting: list[Any] = []
        for name, first, values in blocks:
            text = name.encode("utf-8", "backslashreplace").decode("utf-8")  # a name may hold what is no text
            names = pyarrow.DictionaryArray.from_arrays(numpy.zeros(len(values), numpy.int32), [text])
            columns = [names, first + numpy.arange(len(values)), values]
            waiting.append(pyarrow.record_batch(columns, schema=schema))
            if sum(batch.num_rows for batch in waiting) >= _GROUP:
                writer.write_table(pyarrow.Table.from_batches(waiting))
                waiting = []
        writer.write_table(pyarrow.Table.from_batches(waiting, schema))


_PARQUET = ".parquet"
_WRITERS: Mapping[str, Callable[[BinaryIO, _Blocks], None]] = {
    ".csv": _write_csv,
    ".npy": _write_npy,
    _PARQUET: _write_parquet,
}
"""What writes a file with this ending."""

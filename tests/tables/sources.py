"""Tables from bytes, for the tests of what reads them."""

from __future__ import annotations

from io import BytesIO

import numpy

from klcli.tables.formats.detection import open_table
from klcli.tables.formats.npy_header import MAGIC
from klcli.tables.source import Source, Table


def table(data: bytes | str, *, seekable: bool = True) -> Table:
    """The table in these bytes."""
    raw = data.encode() if isinstance(data, str) else data
    return open_table(Source("t.csv", BytesIO(raw), len(raw), seekable))


def values(data: bytes | str, *columns: int) -> list[list[float]]:
    """All numbers of these columns."""
    return [row for block in table(data).blocks(columns) for row in block.values.tolist()]


def numbers(data: bytes | str, *columns: int) -> list[int]:
    """The numbers of all rows."""
    return [number for block in table(data).blocks(columns) for number in block.numbers]


def npy(array: numpy.ndarray, *, version: tuple[int, int] | None = None) -> bytes:
    """An array as an NPY file."""
    file = BytesIO()
    numpy.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def announcing(
    shape: str = "(2, 2)", kind: str = "'<f8'", order: str = "False", *, data: bytes = bytes(32)
) -> bytes:
    """An NPY file whose header says this, true or not."""
    text = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}"
    return announcing_text(text) + data


def announcing_text(text: str, version: int = 1) -> bytes:
    """The beginning of an NPY file with any text as its header."""
    header = text.encode("utf-8")
    return MAGIC + bytes([version, 0]) + len(header).to_bytes(2 if version == 1 else 4, "little") + header

"""NPY files as tables: arrays of rows, plain or with named fields, read in blocks and never unpickled.

The format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.tables.formats.npy_header import read_header
from klcli.tables.source import Block, Source, Watch
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BYTES = 1 << 20
"""Read at once."""
_LARGEST_ROW = 1 << 26
"""Bytes that are read at once at most."""


@dataclass(frozen=True, slots=True)
class _Array:
    """A table that an NPY file holds; the source stands behind its header."""

    source: Source
    shape: tuple[int, ...]
    dtype: Any
    by_column: bool
    group: None = None
    mask: None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.dtype.names or ())

    @property
    def width(self) -> int:
        return len(self.names) or (self.shape[1] if len(self.shape) == 2 else 1)

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        self._check_kinds(columns)
        read = self._read_columns if self.by_column else self._read_rows
        import numpy

        size = max(1, _BYTES // max(1, self.dtype.itemsize * self.width))
        for start in range(0, self.shape[0], size):
            stop = min(start + size, self.shape[0])
            watched = [] if watch is None else [column for column in watch.columns if self._is_plain(column)]
            labels = watched if key is None else [*watched, key]
            found = read([*columns, *labels], start, stop)
            texts = [list(map(str, column.tolist())) for column in found[len(columns) :]]
            values = numpy.stack(found[: len(columns)], axis=1).astype(float)
            for column, seen in zip(watched, texts, strict=False):
                if watch:
                    watch.see(column, seen)
            keys = () if key is None else texts[-1]
            yield Block(values, range(start + 1, stop + 1), "row", keys)

    def _read_rows(self, columns: Sequence[int], start: int, stop: int) -> list[NDArray[Any]]:
        """Columns of the next rows, which lie one behind the other."""
        cells = (stop - start) * (1 if self.names else self.width)
        data = self._bytes(cells, start, stop)
        if self.names:
            return [data[self.names[column]] for column in columns]
        rows = data.reshape(-1, self.width)
        return [rows[:, column] for column in columns]

    def _read_columns(self, columns: Sequence[int], start: int, stop: int) -> list[NDArray[Any]]:
        """The same of an array whose columns lie one behind the other (Fortran order)."""
        begin, found = self.source.tell(), []
        for column in columns:
            self.source.seek(begin + column * self.shape[0] * self.dtype.itemsize)
            found.append(self._bytes(stop - start, start, stop))
        self.source.seek(begin + (stop - start) * self.dtype.itemsize)
        return found

    def _bytes(self, cells: int, start: int, stop: int) -> NDArray[Any]:
        import numpy

        data = self.source.read(cells * self.dtype.itemsize)
        if len(data) < cells * self.dtype.itemsize:
            raise KlcliError(
                f"{self.source.name} ends between row {start + 1:,} and row {stop:,} "
                f"of the {self.shape[0]:,} rows that it announces",
                "it was cut off; save it anew",
            )
        return numpy.frombuffer(data, self.dtype)

    def _is_plain(self, column: int) -> bool:
        """Whether a column has one number or text in each row."""
        return not (self.names and self.dtype[column].shape)

    def _check_kinds(self, columns: Sequence[int]) -> None:
        for column in columns:
            kind = self.dtype[column] if self.names else self.dtype
            if kind.kind not in "fiu" or kind.shape:
                name = f"column {self.names[column]} of " if self.names else ""
                raise KlcliError(
                    f"{name}{self.source.name} holds {kind} and not numbers",
                    "for example: numpy.save('table.npy', numpy.stack([log_q, log_p], axis=1))",
                )


def open_npy(source: Source) -> _Array:
    """The array of an NPY file behind its first six bytes.

    Raises:
        KlcliError: a broken header, pickled objects, more than two axes, columns behind each other in a pipe.
    """
    header = read_header(source.read, source.name)
    shape, dtype = header.shape, header.dtype
    if dtype.hasobject:
        raise KlcliError(
            f"{source.name} holds pickled Python objects, which can run any program",
            "save numbers: numpy.save('table.npy', numpy.stack([log_q, log_p], axis=1))",
        )
    if len(shape) not in ((1,) if dtype.names else (1, 2)):
        raise KlcliError(
            f"{source.name} has the shape {shape}; a table has a row for each sample",
            "for example: numpy.save('table.npy', table.reshape(-1, 2))",
        )
    if 0 in shape[1:]:
        raise KlcliError(f"{source.name} has rows without columns: its shape is {shape}", "save it anew")
    if header.size // max(1, shape[0]) > _LARGEST_ROW:
        raise KlcliError(
            # 2^20 bytes are a MiB.
            f"{source.name} announces rows of more than {_LARGEST_ROW >> 20} MiB: its shape is {shape}",
            "rows are samples: numpy.save('table.npy', table.T)",
        )
    by_column = header.by_column and len(shape) == 2 and shape[1] > 1
    if by_column and not source.seekable:
        raise KlcliError(
            "an array in Fortran order cannot be read from a stream: its columns follow each other",
            "give the file and not -, or numpy.save('table.npy', numpy.ascontiguousarray(table))",
        )
    return _Array(source, shape, dtype, by_column)

"""An array of the NPY format as a stream of its rows: a file by itself, or a member of an NPZ archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.tables.formats.npy_header import MAGIC, Header, read_header
from klcli.tables.named_arrays import ArrayBlock, rows_of_block
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_WHOLE = 1 << 28
"""Bytes of an array in Fortran order, which has to be read whole to see its first row."""
_TEXTS = "US"
"""Kinds of numpy: str, and bytes."""
_MOST_IN_ROW = 1 << 26
"""Bytes of a row: what is read at once at least."""


@dataclass(slots=True)
class NpyRows:
    """Rows of an array, one block after the other.

    Attributes:
        name: of the array, for messages.
        header: what it announces.
        read: gives the next bytes, as many as asked for or, at the end, fewer.
        alone: whether nothing stands behind its last row.
    """

    name: str
    header: Header
    read: Callable[[int], bytes]
    alone: bool = False
    _whole: NDArray[Any] | None = None
    _next: int = 0

    @property
    def rows(self) -> int:
        return self.header.shape[0]

    @property
    def width(self) -> int:
        return row_width(self.header)

    @property
    def in_numbers(self) -> int:
        """As how many doubles, of eight bytes, a row counts: a text can be longer than one."""
        size = int(self.header.dtype.itemsize)
        return self.width * max(1, size // 8)

    @property
    def is_text(self) -> bool:
        return self.header.dtype.kind in _TEXTS

    def block(self, count: int) -> NDArray[Any]:
        """The next rows, shape (count, width) or, at the end, fewer.

        Raises:
            KlcliError: the bytes end before the rows that are announced, or go on behind them.
        """
        import numpy

        count = min(count, self.rows - self._next)
        if self.header.by_column and len(self.header.shape) > 1:
            found = self._by_column()[self._next : self._next + count]
        else:
            size = count * self.width * self.header.dtype.itemsize
            found = numpy.frombuffer(self._bytes(size), self.header.dtype).reshape(count, self.width)
        self._next += count
        if self.alone and self._next == self.rows and self.read(1):
            raise KlcliError(
                f"{self.name} goes on behind row {self.rows:,}, the last that it announces",
                "its header is not that of its numbers; save it anew",
            )
        return found

    def _by_column(self) -> NDArray[Any]:
        """All of an array whose columns lie one behind the other."""
        import numpy

        if self._whole is None:
            if self.header.size > _MOST_WHOLE:
                raise KlcliError(
                    # 2^20 bytes are a MiB.
                    f"{self.name} is in Fortran order and has {self.header.size >> 20:,} MiB: its first row "
                    "ends where the array does",
                    "save it with numpy.ascontiguousarray(array)",
                )
            data = numpy.frombuffer(self._bytes(self.header.size), self.header.dtype)
            self._whole = data.reshape(self.header.shape, order="F").reshape(self.rows, self.width)
        return self._whole

    def _bytes(self, size: int) -> bytes:
        data = self.read(size)
        if len(data) < size:
            raise KlcliError(
                f"{self.name} ends before row {self.rows:,}, the last that it announces",
                "it was cut off; save it anew",
            )
        return data


def npy_rows(
    name: str, read: Callable[[int], bytes], *, behind_magic: bool = False, texts: bool = False
) -> NpyRows | None:
    """The rows of an array; None if it holds no numbers with rows (text, pickled objects, a lone number).

    Args:
        name: for messages.
        read: gives the bytes of the file.
        behind_magic: whether the first six are already read.
        texts: whether one text in each row is wanted, too.

    Raises:
        KlcliError: a header that is broken or announces what cannot be.
    """
    if not behind_magic and read(len(MAGIC)) != MAGIC:
        return None
    header = read_header(read, name)
    is_text = texts and header.dtype.kind in _TEXTS and len(header.shape) == 1
    if not is_text and (header.dtype.kind not in "fiub" or not header.shape):
        return None
    return rows_behind(header, name, read, alone=True)


def rows_behind(header: Header, name: str, read: Callable[[int], bytes], *, alone: bool = False) -> NpyRows:
    """The rows that stand behind a header.

    Args:
        header: what is announced.
        name: of the array, for messages.
        read: gives the bytes of its numbers.
        alone: whether nothing stands behind the last row.

    Raises:
        KlcliError: a row is too long to be read at once.
    """
    if row_width(header) * header.dtype.itemsize > _MOST_IN_ROW:
        raise KlcliError(
            # 2^20 bytes are a MiB.
            f"{name} announces rows of more than {_MOST_IN_ROW >> 20} MiB: its shape is {header.shape}",
            "rows are examples: numpy.save('latents.npy', array.T)",
        )
    return NpyRows(name, header, read, alone)


def side_by_side(arrays: Sequence[NpyRows], advance: Any = None) -> Iterator[ArrayBlock]:
    """Blocks of rows of several arrays, which have the same number of them."""
    first, rows = 1, arrays[0].rows
    size = rows_of_block(max(array.in_numbers for array in arrays))
    while first <= rows:
        values = tuple(array.block(size) for array in arrays)
        if advance:
            advance(sum(value.nbytes for value in values))
        yield ArrayBlock(values, first)
        first += len(values[0])


def row_width(header: Header) -> int:
    """The numbers in a row: the axes behind the first one, as they lie."""
    return prod(header.shape[1:])

"""Tables of numbers as a stream of blocks: CSV and its relatives, NPY, from a file or standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias

from klcli.errors import KlcliError
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

Advance: TypeAlias = Callable[[int], None]
"""Is told how many bytes were read, each time."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other.

    Attributes:
        values: doubles of shape (rows, columns); what is missing is nan.
        numbers: the number of each row, counted from 1 as `noun` says.
        noun: ``line`` of a text or ``row`` of an array.
        keys: the text of each row in the column with the keys; empty where nobody asked for it.
        sizes: of how many rows of the table each row is the sum; empty where it is one of them itself.
    """

    values: NDArray[Any]
    numbers: Sequence[int]
    noun: str
    keys: Sequence[str] = ()
    sizes: Sequence[int] = ()


class Watch(Protocol):
    """What looks at other columns than those with the values."""

    @property
    def columns(self) -> Sequence[int]:
        """Those that it still wants to see, counted from 0."""

    def see(self, column: int, texts: Sequence[str]) -> None:
        """Look at the texts of the next rows in a column."""


class Table(Protocol):
    """A table that can be read once."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns; empty where there are none. Those behind `width` hold texts."""

    @property
    def width(self) -> int:
        """The number of columns that may hold numbers."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape, where it is known before the table is read."""

    @property
    def group(self) -> str | None:
        """The column that tells sequences apart, where each row is a token; None where rows are samples."""

    @property
    def mask(self) -> str | None:
        """The column or array that says which rows count; None where all do."""

    def blocks(
        self, columns: Sequence[int], key: int | None = None, watch: Watch | None = None
    ) -> Iterator[Block]:
        """The rows in blocks of a megabyte at most, or little more.

        Args:
            columns: those with the values, counted from 0.
            key: the one with the keys.
            watch: sees the texts of other columns.

        Raises:
            KlcliError: a row that cannot be read.
        """


@dataclass(slots=True)
class Source:
    """Bytes of a file or of standard input.

    Attributes:
        name: as messages call it.
        stream: the bytes.
        size: how many they are; None where nobody knows.
        seekable: whether any of them can be read at any time.
        advance: is told how many were read.
    """

    name: str
    stream: BinaryIO
    size: int | None
    seekable: bool
    advance: Advance | None = None

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end.

        Raises:
            KlcliError: they cannot be read.
        """
        try:
            data = self.stream.read(size)
        except OSError as error:
            raise KlcliError(f"cannot read {self.name}: {error.strerror}", "TABLE is a file, or -") from None
        if self.advance:
            self.advance(len(data))
        return data

    def seek(self, position: int) -> None:
        """Go to a byte of a seekable source."""
        self.stream.seek(position)

    def tell(self) -> int:
        """The place of the next byte of a seekable source."""
        return self.stream.tell()

"""Named arrays with a row for each example: what NPZ, NPY, CSV and other files of latents hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BYTES = 1 << 21
"""Of a block of one array, about: large enough that Python costs little, small enough for the caches."""

TEXT_WIDTH = 128
"""Numbers for which a text counts, of a KiB: most names of groups and prompts are shorter."""

ArrayShape = tuple[int | None, int]
"""Rows, where they are known before the file is read, and numbers in each."""


@dataclass(frozen=True, slots=True)
class ArrayBlock:
    """Rows that follow each other, of several arrays.

    Attributes:
        values: one array for each name that was asked for, of shape (rows, width), of any type of numbers;
            of texts as str or bytes.
        first: the number of the first row in its file, from 1, as `noun` says.
        noun: ``row`` or ``line``.
    """

    values: tuple[NDArray[Any], ...]
    first: int
    noun: str = "row"


class Arrays(Protocol):
    """The arrays of one file."""

    @property
    def name(self) -> str:
        """The file, as messages call it."""

    @property
    def shapes(self) -> Mapping[str, ArrayShape]:
        """The arrays of numbers in it, in their order."""

    @property
    def texts(self) -> Mapping[str, ArrayShape] | None:
        """Those with one text in each row, as names of groups have; None in formats that keep none."""

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        """The rows of these arrays side by side, in blocks of a few megabytes at most.

        Raises:
            KlcliError: a row that cannot be read, or arrays that end at different rows.
        """


# Doubles have eight bytes.
def rows_of_block(width: int, size: int = 8) -> int:
    """The rows of a block of an array with so many numbers in each row, of `size` bytes."""
    return max(1, MOST_BYTES // max(1, width * size))

"""Arrays whose bytes lie in a row somewhere in a file, as PyTorch and safetensors keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from klcli.tables.formats.npy_header import Header
from klcli.tables.formats.npy_rows import NpyRows, rows_behind, side_by_side
from klcli.tables.named_arrays import ArrayBlock, ArrayShape
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

BFLOAT16 = "bfloat16"
"""The upper half of a float32, for which numpy has no type."""


@dataclass(frozen=True, slots=True)
class RawArray:
    """Where an array stands.

    Attributes:
        shape: of the array, its rows first.
        kind: the name of numpy's type, little-endian, or `BFLOAT16`.
        open: gives a function that reads the bytes from its first one on.
    """

    shape: tuple[int, ...]
    kind: str
    open: Callable[[], Callable[[int], bytes]]

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return prod(self.shape[1:])


@dataclass(frozen=True, slots=True)
class RawArrays:
    """The arrays of such a file.

    Attributes:
        name: of the file, for messages.
        arrays: by their names.
        labels: lists of texts beside them.
    """

    name: str
    arrays: dict[str, RawArray]
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def shapes(self) -> Mapping[str, ArrayShape]:
        """Rows and numbers in each."""
        return {name: (array.shape[0], array.width) for name, array in self.arrays.items()}

    @property
    def texts(self) -> Mapping[str, ArrayShape]:
        """Those of the lists, with one text in each row."""
        return {name: (len(labels), 1) for name, labels in self.labels.items()}

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        """The rows of some of the arrays side by side, and of lists of texts that are as long.

        Raises:
            KlcliError: the bytes end before an array does.
        """
        numbers = {name: self.arrays[name] for name in names if name in self.arrays}
        opened = [_rows(f"{name} in {self.name}", array) for name, array in numbers.items()]
        for block in side_by_side(opened):
            found = dict(zip(numbers, map(_as_numbers, block.values, numbers.values()), strict=True))
            first, rows = block.first, len(block.values[0])
            for name in set(names) & set(self.labels):
                found[name] = _column(self.labels[name][first - 1 : first - 1 + rows])
            yield ArrayBlock(tuple(found[name] for name in names), first)


def _column(texts: Sequence[str]) -> NDArray[Any]:
    import numpy

    return numpy.array(texts, dtype=object)[:, None]


def _rows(name: str, array: RawArray) -> NpyRows:
    import numpy

    kind = numpy.dtype("<u2" if array.kind == BFLOAT16 else array.kind)
    return rows_behind(Header(array.shape, False, kind), name, array.open())


def _as_numbers(values: NDArray[Any], array: RawArray) -> NDArray[Any]:
    import numpy

    if array.kind != BFLOAT16:
        return values
    # A bfloat16 is the upper half of a number of single precision.
    return (values.astype(numpy.uint32) << 16).view(numpy.float32)

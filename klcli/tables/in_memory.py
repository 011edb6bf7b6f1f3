"""Arrays that a program has, in the place of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.gaussian.given_arrays import unmasked_array
from klcli.tables.named_arrays import ArrayBlock, ArrayShape, rows_of_block
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ArraysInMemory:
    """Arrays of shape (rows, width), by their names.

    Attributes:
        name: as messages call them.
        values: the arrays; they may stand in a file that is mapped into memory.
    """

    name: str
    values: Mapping[str, NDArray[Any]]
    texts: None = None

    @property
    def shapes(self) -> Mapping[str, ArrayShape]:
        return {name: (len(value), value.shape[1]) for name, value in self.values.items()}

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        arrays = [self.values[name] for name in names]
        size = rows_of_block(max(array.shape[1] for array in arrays))
        for start in range(0, len(arrays[0]), size):
            yield ArrayBlock(tuple(array[start : start + size] for array in arrays), start + 1)


def in_memory(**given: Any) -> ArraysInMemory:
    """Arrays under the names of the arguments, each with a row for each example.

    Args:
        given: what numpy takes for arrays of real numbers, of shape (rows,) or more; axes behind the first
            one are one behind the other.

    Raises:
        KlcliError: an array holds no real numbers, or is one number.
    """
    values = {}
    for name, value in given.items():
        array = unmasked_array(value, name)
        if array.dtype.kind not in "fiub" or not array.ndim:
            raise KlcliError(
                f"{name} is no array of real numbers with a row for each example: its type is {array.dtype}, "
                f"its shape {array.shape}",
                "for example an array of shape (examples, latents)",
            )
        width = array.size // len(array) if len(array) else 0
        values[name] = array.reshape(len(array), width)
    return ArraysInMemory(" and ".join(given), values)

"""Two files with the same rows, one with means and one with spreads, as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.tables.named_arrays import ArrayBlock, Arrays, ArrayShape
from klcli.tables.posteriors import the_heads, the_means
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN, HEAD = "mean", "spread"
"""What the two arrays are called."""


@dataclass(frozen=True, slots=True)
class _Paired:
    """One array of each of two files."""

    first: Arrays
    second: Arrays
    own: Mapping[str, str]
    """The name of the array in its file by what it is called here."""
    texts: None = None

    @property
    def name(self) -> str:
        return f"{self.first.name} and {self.second.name}"

    @property
    def shapes(self) -> Mapping[str, ArrayShape]:
        return {
            MEAN: self.first.shapes[self.own[MEAN]],
            HEAD: self.second.shapes[self.own[HEAD]],
        }

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        streams = [
            _Stream(self.first.blocks([self.own[MEAN]])),
            _Stream(self.second.blocks([self.own[HEAD]])),
        ]
        first = 1
        while True:
            left = [stream.waiting() for stream in streams]
            if 0 in left:
                if max(left):
                    at = first - 1
                    raise KlcliError(
                        f"{self.first.name} and {self.second.name} have different numbers of rows: one ends "
                        f"behind row {at:,}",
                        "both have a row for each example, in the same order",
                    )
                return
            rows = min(left)
            values = dict(zip((MEAN, HEAD), (stream.take(rows) for stream in streams), strict=True))
            yield ArrayBlock(tuple(values[name] for name in names), first)
            first += rows


class _Stream:
    """Blocks of one array, taken in any number of rows."""

    def __init__(self, blocks: Iterator[ArrayBlock]) -> None:
        self._blocks = blocks
        self._values: NDArray[Any] | None = None

    def waiting(self) -> int:
        """Rows that can be taken; 0 at the end."""
        while self._values is None or not len(self._values):
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._values = block.values[0]
        return len(self._values)

    def take(self, rows: int) -> NDArray[Any]:
        """The next rows, of which so many are waiting."""
        assert self._values is not None
        taken, self._values = self._values[:rows], self._values[rows:]
        return taken


def paired(means: Arrays, heads: Arrays) -> _Paired:
    """The means of one file beside the spreads of another, called `MEAN` and `HEAD`.

    Raises:
        KlcliError: a file has several arrays, and none or several that may be meant.
    """
    return _Paired(means, heads, {MEAN: the_means(means), HEAD: the_heads(heads)})

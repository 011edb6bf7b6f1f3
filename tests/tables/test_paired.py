"""Two files with the same rows as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.named_arrays import ArrayBlock
from klcli.tables.paired import HEAD, MEAN, paired


@dataclass
class Fake:
    """A file with one array of consecutive numbers, in blocks of a given size."""

    name: str
    rows: int
    block: int

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        return {"a": (self.rows, 1)}

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        for start in range(0, self.rows, self.block):
            values = numpy.arange(start, min(start + self.block, self.rows), dtype=float)[:, None]
            yield ArrayBlock((values,) * len(names), start + 1)


@pytest.mark.parametrize(("first", "second"), [(3, 3), (2, 5), (10, 1)])
def test_blocks_of_any_size(first: int, second: int) -> None:
    found = paired(Fake("a", 10, first), Fake("b", 10, second))
    blocks = list(found.blocks([HEAD, MEAN]))
    for block in blocks:
        numpy.testing.assert_array_equal(block.values[0], block.values[1])
        assert block.values[0][0, 0] == block.first - 1
    assert sum(len(block.values[0]) for block in blocks) == 10


def test_files_of_different_lengths() -> None:
    with pytest.raises(KlcliError, match="one ends behind row 4"):
        list(paired(Fake("a", 4, 2), Fake("b", 9, 4)).blocks([MEAN, HEAD]))

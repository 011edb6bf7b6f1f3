"""An NPY file as one array, which is called like the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from klcli.errors import KlcliError
from klcli.tables.formats.npy_rows import NpyRows, npy_rows, side_by_side
from klcli.tables.named_arrays import ArrayBlock, ArrayShape
from klcli.tables.source import Source
from klcli.values import dataclass


@dataclass(slots=True)
class _NpyFile:
    """One array."""

    name: str
    array: NpyRows
    source: Source
    texts: None = None

    @property
    def shapes(self) -> Mapping[str, ArrayShape]:
        return {PurePath(self.name).stem: (self.array.rows, self.array.width)}

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        for block in side_by_side([self.array]):
            yield ArrayBlock(block.values * len(names), block.first)


def open_npy_file(source: Source) -> _NpyFile:
    """The array of an NPY file behind its first six bytes.

    Raises:
        KlcliError: it holds no numbers with rows, or its header is broken.
    """
    rows = npy_rows(source.name, source.read, behind_magic=True)
    if rows is None:
        raise KlcliError(
            f"{source.name} holds no numbers in rows; named fields and pickled objects are not read",
            "for example numpy.save('mu.npy', mu) with mu of shape (examples, latents)",
        )
    return _NpyFile(source.name, rows, source)

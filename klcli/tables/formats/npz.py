"""NPZ archives: arrays of the NPY format in a zip, read side by side in blocks and never unpickled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zipfile import ZipFile

from klcli.tables.formats.npy_rows import NpyRows, npy_rows, side_by_side
from klcli.tables.formats.zip_members import reader
from klcli.tables.named_arrays import ArrayBlock, ArrayShape
from klcli.tables.source import Source
from klcli.values import dataclass, field

_ENDING = ".npy"


@dataclass(slots=True)
class _Npz:
    """The arrays of an archive."""

    name: str
    archive: ZipFile
    shapes: Mapping[str, ArrayShape]
    texts: Mapping[str, ArrayShape]
    advance: Any = field(default=None)

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        arrays = []
        for name in names:
            rows = _rows(self.archive, name, self.name)
            assert rows is not None  # it is one of the shapes, or of the texts
            arrays.append(rows)
        yield from side_by_side(arrays, self.advance)


def open_npz(source: Source, archive: ZipFile) -> _Npz:
    """The arrays of an NPZ archive.

    Raises:
        KlcliError: a damaged archive.
    """
    shapes: dict[str, ArrayShape] = {}
    texts: dict[str, ArrayShape] = {}
    for member in archive.namelist():
        name = member.removesuffix(_ENDING)
        if member != name and (rows := _rows(archive, name, source.name)):
            (texts if rows.is_text else shapes)[name] = (rows.rows, rows.width)
    return _Npz(source.name, archive, shapes, texts, source.advance)


def _rows(archive: ZipFile, name: str, file: str) -> NpyRows | None:
    """The rows of a member."""
    return npy_rows(f"{name} in {file}", reader(archive, name + _ENDING, file), texts=True)

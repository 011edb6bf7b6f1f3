"""NPZ archives: arrays of the NPY format in a zip, read side by side in blocks and never unpickled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any
from zipfile import BadZipFile, ZipFile
from zlib import error as zlib_error

from klcli.errors import KlcliError
from klcli.tables.arrays import ArrayBlock, Shape
from klcli.tables.npy_rows import NpyRows, npy_rows, side_by_side
from klcli.tables.source import Source
from klcli.values import dataclass, field

__all__ = ["open_npz"]

_BROKEN = (BadZipFile, zlib_error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What zipfile raises for an archive that is cut off, damaged, encrypted or compressed by another method."""
_ENDING = ".npy"


@dataclass(slots=True)
class _Npz:
    """The arrays of an archive."""

    name: str
    archive: ZipFile
    shapes: Mapping[str, Shape]
    advance: Any = field(default=None)

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        with ExitStack() as opened:
            arrays = []
            for name in names:
                rows = _rows(self.archive, name, self.name, opened)
                assert rows is not None  # it is one of the shapes
                arrays.append(rows)
            try:
                yield from side_by_side(arrays, self.advance)
            except _BROKEN as error:
                raise _broken(self.name, error) from None


def open_npz(source: Source, archive: ZipFile) -> _Npz:
    """The arrays of an NPZ archive.

    Raises:
        KlcliError: a damaged archive.
    """
    try:
        members = [name for name in archive.namelist() if name.endswith(_ENDING)]
        shapes: dict[str, Shape] = {}
        for member in members:
            with ExitStack() as opened:
                rows = _rows(archive, member.removesuffix(_ENDING), source.name, opened)
                if rows is not None:
                    shapes[member.removesuffix(_ENDING)] = (rows.rows, rows.width)
    except _BROKEN as error:
        raise _broken(source.name, error) from None
    return _Npz(source.name, archive, shapes, source.advance)


def _rows(archive: ZipFile, name: str, file: str, opened: ExitStack) -> NpyRows | None:
    """The rows of a member; it stays open as long as `opened` does."""
    member = opened.enter_context(archive.open(name + _ENDING))
    return npy_rows(f"{name} in {file}", member.read)


def _broken(name: str, error: Exception) -> KlcliError:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return KlcliError(f"{name} is no NPZ archive that can be read: {said}", "save it anew with numpy.savez")

"""HDF5 files and AnnData's h5ad, read by h5py: data sets of numbers or texts, by the paths to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from klcli.errors import KlcliError, first_line
from klcli.tables.extras import needed
from klcli.tables.named_arrays import TEXT_WIDTH, ArrayBlock, ArrayShape, rows_of_block
from klcli.tables.source import Source
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class _Hdf5:
    name: str
    file: Any
    shapes: Mapping[str, ArrayShape]
    texts: Mapping[str, ArrayShape]

    def blocks(self, names: Sequence[str]) -> Iterator[ArrayBlock]:
        texts = [name for name in names if name in self.texts]
        # What is no UTF-8 is no error: texts are held against each other.
        sets = [
            self.file[name].asstr(errors="replace") if name in texts else self.file[name] for name in names
        ]
        widths = [TEXT_WIDTH if name in texts else self.shapes[name][1] for name in names]
        size = rows_of_block(max(widths))
        for start in range(0, len(sets[0]), size):
            try:
                parts = [found[start : start + size] for found in sets]
            except OSError as error:
                said = first_line(error)
                raise KlcliError(
                    f"{self.name} is damaged behind row {start:,}: {said}", "save it anew"
                ) from None
            yield ArrayBlock(tuple(part.reshape(len(part), -1) for part in parts), start + 1)


def open_hdf5(source: Source) -> _Hdf5:
    """The data sets of numbers in a file.

    Raises:
        KlcliError: h5py is missing, the file is damaged or comes through a pipe.
    """
    h5py = needed("h5py", "hdf5", f"{source.name} is an HDF5 file")
    if not source.seekable:
        raise KlcliError("an HDF5 file cannot be read from a pipe", "give the file")
    shapes: dict[str, ArrayShape] = {}
    texts: dict[str, ArrayShape] = {}
    check = h5py.check_string_dtype  # None where a type is not one of texts

    def see(name: str, found: Any) -> None:
        if isinstance(found, h5py.Dataset) and found.shape and found.dtype.kind in "fiub":
            shapes[name] = (found.shape[0], prod(found.shape[1:]))
        elif isinstance(found, h5py.Dataset) and len(found.shape or ()) == 1 and check(found.dtype):
            texts[name] = (found.shape[0], 1)

    try:
        file = h5py.File(source.stream, "r")
        file.visititems(see)
    except (OSError, RuntimeError) as error:
        raise KlcliError(f"{source.name} cannot be read: {first_line(error)}", "save it anew") from None
    return _Hdf5(source.name, file, shapes, texts)

"""Files as arrays: which format bytes are, told by how they begin."""

from __future__ import annotations

from importlib import import_module

from klcli.errors import KlcliError
from klcli.tables.arrays import Arrays
from klcli.tables.npy_header import MAGIC
from klcli.tables.source import Source

__all__ = ["ENDINGS", "open_arrays"]

_FORMATS = {
    MAGIC: "klcli.tables.npy_file:open_npy_file",
    b"PK\x03\x04": "klcli.tables.npz:open_npz",
}
"""The opener of each format by the first bytes of its files; everything else is a text."""
ENDINGS = (".npz", ".npy", ".csv", ".tsv")
"""Of the files in a folder that are read."""
_LONGEST = max(map(len, _FORMATS))


def open_arrays(source: Source) -> Arrays:
    """The arrays that the bytes hold.

    Raises:
        KlcliError: they are nothing that can be read.
    """
    begin = source.read(_LONGEST)
    if not begin:
        raise KlcliError(f"{source.name} is empty", "it has a row for each example")
    for magic, place in _FORMATS.items():
        if begin.startswith(magic):
            module, _, name = place.partition(":")
            found: Arrays = getattr(import_module(module), name)(source)
            return found
    from klcli.tables.delimited import open_delimited
    from klcli.tables.wide import wide_arrays

    return wide_arrays(source, open_delimited(source, begin))

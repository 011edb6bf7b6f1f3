"""Files as arrays: which format bytes are, told by how they begin."""

from __future__ import annotations

from importlib import import_module

from klcli.errors import KlcliError
from klcli.tables.arrays import Arrays
from klcli.tables.npy_header import MAGIC
from klcli.tables.safetensors import is_safetensors, open_safetensors
from klcli.tables.source import Source
from klcli.tables.streams import GZIP, decompressed

__all__ = ["ENDINGS", "open_arrays"]

_FORMATS = {
    MAGIC: "klcli.tables.npy_file:open_npy_file",
    b"PK\x03\x04": "klcli.tables.zipped:open_zip",
    b"PAR1": "klcli.tables.parquet:open_parquet",
    b"\x89HDF": "klcli.tables.hdf5:open_hdf5",
}
"""The opener of each format by the first bytes of its files."""
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
ENDINGS = (
    *(".npz", ".npy", ".csv", ".tsv", ".jsonl", ".ndjson", ".pt", ".pth", ".safetensors", ".parquet"),
    *(".h5", ".hdf5", ".h5ad", ".csv.gz", ".tsv.gz", ".jsonl.gz"),
)
"""Of the files in a folder that are read."""
_BEGIN = 9
"""Bytes that tell every format: a safetensors file has its first brace behind eight of them."""


def open_arrays(source: Source) -> Arrays:
    """The arrays that the bytes hold.

    Raises:
        KlcliError: they are nothing that can be read.
    """
    begin = source.read(len(MAGIC))
    if not begin:
        raise KlcliError(f"{source.name} is empty", "it has a row for each example")
    for magic, place in _FORMATS.items():
        if begin.startswith(magic):
            module, _, name = place.partition(":")
            found: Arrays = getattr(import_module(module), name)(source)
            return found
    if begin.startswith(_PICKLES):
        raise KlcliError(
            f"{source.name} is a pickle, which can run any program",
            "torch.save of PyTorch 1.6 or later writes an archive, numpy.savez another",
        )
    if begin.startswith(GZIP):
        return open_arrays(decompressed(source, begin))
    begin += source.read(_BEGIN - len(begin))
    return _open_text(source, begin) if not is_safetensors(begin) else open_safetensors(source)


def _open_text(source: Source, begin: bytes) -> Arrays:
    if begin.lstrip().startswith(b"{"):
        from klcli.tables.json_lines import open_json_lines

        return open_json_lines(source, begin)
    from klcli.tables.delimited import open_delimited
    from klcli.tables.wide import wide_arrays

    return wide_arrays(source, open_delimited(source, begin))

"""Files as arrays or as tables: which format bytes are, told by how they begin."""

from __future__ import annotations

from codecs import BOM_UTF8
from importlib import import_module

from klcli.errors import KlcliError
from klcli.tables.decompression import GZIP, decompressed
from klcli.tables.formats.npy_header import MAGIC
from klcli.tables.formats.safetensors import is_safetensors, open_safetensors
from klcli.tables.masked_rows import masked_rows
from klcli.tables.named_arrays import Arrays
from klcli.tables.sequences import token_table
from klcli.tables.source import Source, Table

_FORMATS = {
    MAGIC: "klcli.tables.formats.npy_file:open_npy_file",
    **dict.fromkeys(
        (b"PK\x03\x04", b"PK\x05\x06"), "klcli.tables.formats.zip_archives:open_zip"
    ),  # the second one is empty
    b"PAR1": "klcli.tables.formats.parquet:open_parquet",
    b"\x89HDF": "klcli.tables.formats.hdf5:open_hdf5",
}
"""The opener of each format by the first bytes of its files."""
_OTHERS = {
    b"BZh": ("is compressed", "unpack it: bzip2 -d{name}"),
    b"\xfd7zXZ": ("is compressed", "unpack it: xz -d{name}"),
    b"\x28\xb5\x2f\xfd": ("is compressed", "unpack it: zstd -d{name}"),
    **dict.fromkeys(
        (b"[{", b"[\n"),
        ("is one JSON array, and JSON lines are read", "jq -c '.[]'{name} > lines.jsonl"),
    ),
    **dict.fromkeys(
        # The numbers of its protocol; protocol 0 is a text, here of a dictionary, a list, a tuple, an array.
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"(dp", b"(lp", b"(tp", b"cnumpy"),
        (
            "is a pickle, which can run any program",
            "torch.save of PyTorch 1.6 or later writes an archive, numpy.savez another",
        ),
    ),
}
"""What is met in place of a table, by its first bytes."""
ENDINGS = (
    *(".npz", ".npy", ".csv", ".tsv", ".jsonl", ".ndjson", ".pt", ".pth", ".safetensors", ".parquet"),
    *(".h5", ".hdf5", ".h5ad", ".csv.gz", ".tsv.gz", ".jsonl.gz"),
)
"""Of the files in a folder that are read."""
_BEGIN = 9
"""Bytes that tell every format: a safetensors file has its first brace behind eight of them."""


def holds_arrays(begin: bytes) -> bool:
    """Whether a file that begins like this, with nine bytes or more, holds arrays and is no text."""
    return begin.startswith(tuple(_FORMATS)) or is_safetensors(begin)


def open_arrays(source: Source) -> Arrays:
    """The arrays that the bytes hold.

    Raises:
        KlcliError: they are nothing that can be read.
    """
    return _arrays(*_begun(source))


def _arrays(source: Source, begin: bytes) -> Arrays:
    found = _opened(source, begin)
    if found is not None:
        return found
    if _is_object(begin):
        from klcli.tables.formats.json_lines import open_json_lines

        return open_json_lines(source, begin)
    from klcli.tables.formats.array_columns import wide_arrays
    from klcli.tables.formats.delimited import open_delimited

    return wide_arrays(source, open_delimited(source, begin))


def open_table(source: Source) -> Table:
    """The same as a table: a row for each sample, or for each token of sequences.

    Raises:
        KlcliError: they are nothing that can be read.
    """
    source, begin = _begun(source)
    if begin.startswith(MAGIC):
        from klcli.tables.formats.npy import open_npy

        return masked_rows(open_npy(source), source.name)
    found = _opened(source, begin)
    if found is not None:
        return token_table(found)
    if _is_object(begin):
        from klcli.tables.formats.json_sequences import open_json_sequences

        return open_json_sequences(source, begin)
    from klcli.tables.formats.delimited import open_delimited

    return masked_rows(open_delimited(source, begin), source.name)


def open_tokens(source: Source) -> Table:
    """The same of a file that has a row for each sequence, and nothing that a mask leaves out.

    Raises:
        KlcliError: they are nothing that can be read.
    """
    source, begin = _begun(source)
    if _is_object(begin):
        from klcli.tables.formats.json_sequences import open_json_sequences

        return open_json_sequences(source, begin, masked=False)
    return token_table(_arrays(source, begin), masked=False)


def _is_object(begin: bytes) -> bool:
    """Whether a text that begins like this is JSON lines."""
    return begin.lstrip().startswith(b"{")


def _begun(source: Source, *, is_unpacked: bool = False) -> tuple[Source, bytes]:
    """The source, unpacked if it is compressed, and its first bytes; of NPY no more than they are."""
    begin = source.read(len(MAGIC))
    if not begin:
        raise KlcliError(f"{source.name} is empty", "a table has a row for each example")
    if b"\0" not in begin:  # behind which the number would be the length of a header
        begin = begin.removeprefix(BOM_UTF8)
    if begin.startswith(GZIP):
        if is_unpacked:
            raise KlcliError(f"{source.name} is packed twice", f"unpack it: gzip -dc {source.name}.gz")
        return _begun(decompressed(source, begin), is_unpacked=True)
    for magic, (problem, hint) in _OTHERS.items():
        if begin.startswith(magic):
            name = f" {source.name}" if source.seekable else ""  # programs read standard input without one
            raise KlcliError(f"{source.name} {problem}", hint.format(name=name))
    if not begin.startswith(tuple(_FORMATS)):
        begin += source.read(_BEGIN - len(begin))
    if is_unpacked and not _is_in_order(begin):
        raise KlcliError(
            f"{source.name} is packed by gzip, and its format is not read from its beginning to its end",
            "unpack it first: gzip -d",
        )
    return source, begin


def _is_in_order(begin: bytes) -> bool:
    """Whether a file that begins like this is read from its beginning to its end, as a stream is."""
    return begin.startswith(MAGIC) or not (begin.startswith(tuple(_FORMATS)) or is_safetensors(begin))


def _opened(source: Source, begin: bytes) -> Arrays | None:
    """The arrays of a file that is no text."""
    for magic, place in _FORMATS.items():
        if begin.startswith(magic):
            module, _, name = place.partition(":")
            found: Arrays = getattr(import_module(module), name)(source)
            return found
    return open_safetensors(source) if is_safetensors(begin) else None

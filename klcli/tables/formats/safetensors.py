"""Files of safetensors: a header in JSON, and the bytes of the tensors behind it.

The format: huggingface.co/docs/safetensors, "Format": eight bytes with the length of the header, the header,
and offsets into what follows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from klcli.errors import KlcliError
from klcli.tables.formats.contiguous_rows import BFLOAT16, RawArray, RawArrays
from klcli.tables.source import Source

_LENGTH = 8
"""Bytes of the length of the header."""
_LONGEST = 100_000_000
"""Bytes of a header, as the format's own library allows."""
_KINDS = {
    "F64": ("<f8", 8),
    "F32": ("<f4", 4),
    "F16": ("<f2", 2),
    "BF16": (BFLOAT16, 2),
    "I64": ("<i8", 8),
    "I32": ("<i4", 4),
    "I16": ("<i2", 2),
    "I8": ("|i1", 1),
    "U8": ("|u1", 1),
    "BOOL": ("|b1", 1),
}
"""numpy's name and the bytes of each kind of number; files may hold others, which are left out."""


def is_safetensors(begin: bytes) -> bool:
    """Whether a file that begins like this, with nine bytes or more, is one."""
    length = begin[:_LENGTH]
    # A length that can be true has zeros, and one that cannot is still no text where it has any.
    return begin[_LENGTH : _LENGTH + 1] == b"{" and b"\0" in length and any(length)


def open_safetensors(source: Source) -> RawArrays:
    """The tensors of a file, whose sizes are checked against it before any of them is read.

    Raises:
        KlcliError: it comes through a pipe, or its header is broken or announces what is not there.
    """
    if not source.seekable or source.size is None:
        raise KlcliError("a safetensors file cannot be read from a pipe", "give the file")
    source.seek(0)
    length = int.from_bytes(source.read(_LENGTH), "little")
    if not 2 <= length <= _LONGEST:
        raise KlcliError(
            f"{source.name} is no safetensors file: it announces a header of {length:,} bytes", "save it anew"
        )
    try:
        header = source.read(length)
        if len(header) < length:
            raise ValueError("it was cut off")
        found = json.loads(header)
        arrays = {
            name: _array(about, source, _LENGTH + length)
            for name, about in found.items()
            if name != "__metadata__" and about["dtype"] in _KINDS and about["shape"]
        }
    # What json raises, and what a header lacks or has of another type.
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise KlcliError(
            f"the header of {source.name} is broken: it is no safetensors file", "save it anew"
        ) from None
    return RawArrays(source.name, arrays)


def _array(about: Mapping[str, Any], source: Source, start: int) -> RawArray:
    """Where a tensor stands.

    Raises:
        ValueError: what its entry says cannot be.
    """
    (begin, end), shape = about["data_offsets"], tuple(about["shape"])
    kind, size = _KINDS[about["dtype"]]
    whole = [begin, end, *shape]
    if not all(type(number) is int and number >= 0 for number in whole) or end - begin != prod(shape) * size:
        raise ValueError("its size is not that of its shape")
    if source.size is None or start + end > source.size:
        raise ValueError("it ends behind the file")
    return RawArray(shape, kind, lambda: _reader(source, start + begin))


def _reader(source: Source, place: int) -> Callable[[int], bytes]:
    """Reads on from a place, whoever else reads the same file elsewhere."""

    def read(size: int) -> bytes:
        nonlocal place
        source.seek(place)
        data = source.read(size)
        place += len(data)
        return data

    return read

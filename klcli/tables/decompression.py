"""Streams of bytes that were begun, are compressed, or stand somewhere in a file."""

from __future__ import annotations

import gzip
import io
from typing import BinaryIO
from zlib import error as zlib_error

from klcli.errors import KlcliError, first_line
from klcli.tables.source import Source

GZIP = b"\x1f\x8b"
"""The first bytes of every gzip file."""


class _Begun(io.RawIOBase):
    """A stream whose first bytes were read already, with these in front again."""

    def __init__(self, begin: bytes, stream: BinaryIO) -> None:
        self._begin = begin
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            found, self._begin = self._begin, b""
            return found + self._stream.read(size)
        found, self._begin = self._begin[:size], self._begin[size:]
        return found + self._stream.read(size - len(found)) if len(found) < size else found


class _Unpacked(io.RawIOBase):
    """What a gzip stream holds; damage is the user's to know and no bug."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._file = gzip.GzipFile(fileobj=packed)
        self._name = name

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except (EOFError, zlib_error, gzip.BadGzipFile) as error:
            said = first_line(error)
            raise KlcliError(
                f"{self._name} is no gzip file that can be read: {said}", "pack it anew"
            ) from None


def begun(source: Source, begin: bytes) -> Source:
    """A source with its first bytes, which were read, in front again."""
    stream: BinaryIO = _Begun(begin, source.stream)  # type: ignore[assignment]
    return Source(source.name, stream, source.size, seekable=False)


def decompressed(source: Source, begin: bytes) -> Source:
    """What a gzip file holds, as a stream; memory does not grow with it.

    Args:
        source: the file behind its first bytes.
        begin: these.
    """
    packed: BinaryIO = _Begun(begin, source.stream)  # type: ignore[assignment]
    stream: BinaryIO = _Unpacked(packed, source.name)  # type: ignore[assignment]
    return Source(source.name.removesuffix(".gz"), stream, None, seekable=False)

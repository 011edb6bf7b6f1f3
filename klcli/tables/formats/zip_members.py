"""The members of a zip archive as streams, whose damage is the user's to know and no bug."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as zlib_error

from klcli.errors import KlcliError, first_line

T = TypeVar("T")

_BROKEN = (BadZipFile, zlib_error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What zipfile raises for an archive that is cut off, damaged or encrypted."""
_MOST_RATIO = 1040
"""Deflate writes two bits for 258 bytes at best: a member is at most 1032 times as large as it is packed."""
_SPARE = 1 << 16
"""Bytes that do not count: of what is short the packed size says nothing."""


def check_members(archive: ZipFile, name: str) -> None:
    """Refuse an archive that cannot be what a library of arrays wrote, before any member is read.

    Args:
        archive: of which the directory alone is looked at.
        name: of the file, for messages.

    Raises:
        KlcliError: two members of one name, another packing than numpy and torch use, or sizes that none has.
    """
    seen: set[str] = set()
    for member in archive.infolist():
        if member.filename in seen:
            raise KlcliError(f"{name} has two members called {member.filename!r}", "save it anew")
        seen.add(member.filename)
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise KlcliError(
                f"{member.filename} in {name} is packed in a way that no library of arrays uses",
                "numpy.savez_compressed writes one that can be read",
            )
        if member.file_size > member.compress_size * _MOST_RATIO + _SPARE:
            raise KlcliError(
                f"{member.filename} in {name} announces {member.file_size:,} bytes out of "
                f"{member.compress_size:,}, which no packing holds",
                "it is damaged, or made to fill a memory; save it anew",
            )


def reader(archive: ZipFile, member: str, name: str) -> Callable[[int], bytes]:
    """A function that gives the next bytes of a member.

    Args:
        archive: that has it.
        member: its name.
        name: of the file, for messages.

    Raises:
        KlcliError: it cannot be read, now or later.
    """
    stream = _guarded(lambda: archive.open(member), name)
    return lambda size: _guarded(lambda: stream.read(size), name)


def _guarded(function: Callable[[], T], name: str) -> T:
    try:
        return function()
    except _BROKEN as error:
        said = first_line(error)
        raise KlcliError(f"{name} is no archive that can be read: {said}", "save it anew") from None

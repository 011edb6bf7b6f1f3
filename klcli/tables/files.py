"""Files as sources of tables and of arrays."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from klcli.errors import KlcliError
from klcli.tables.source import Source

_HINT = "the name of a file, or - for standard input"


@contextmanager
def open_file(path: str) -> Iterator[Source]:
    """A file that is open as long as the ``with`` lasts.

    Raises:
        KlcliError: there is none, it cannot be read, or somebody wrote it meanwhile.
    """
    shown = " ".join(path.splitlines())
    try:
        stream: BinaryIO = io.BufferedReader(_File(path, shown))
    except OSError as error:
        raise KlcliError(f"cannot read {shown}: {error.strerror}", _HINT) from None
    except ValueError:
        raise KlcliError("a file name cannot hold a NUL", _HINT) from None
    with stream:
        before = os.fstat(stream.fileno())
        regular = stat.S_ISREG(before.st_mode)
        try:
            yield Source(shown, stream, before.st_size if regular else None, seekable=regular)
        except KlcliError:
            _check_unchanged(shown, stream, before)  # which explains any damage better
            raise
        _check_unchanged(shown, stream, before)


class _File(io.FileIO):
    """A file whose errors say at once which one it is, whatever library reads it."""

    def __init__(self, path: str, shown: str) -> None:
        super().__init__(path)
        self._shown = shown

    def readinto(self, buffer: Any) -> int:
        try:
            return super().readinto(buffer) or 0
        except OSError as error:
            raise KlcliError(
                f"cannot read {self._shown}: {error.strerror}", "is its file system still there?"
            ) from None


def _check_unchanged(shown: str, stream: BinaryIO, before: os.stat_result) -> None:
    now = os.fstat(stream.fileno())
    same = (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    if stat.S_ISREG(now.st_mode) and not same:
        raise KlcliError(
            f"{shown} changed while it was read: what was read is neither the old nor the new",
            "read it when nobody writes it any more, or a copy of it",
        ) from None

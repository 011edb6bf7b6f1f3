"""The one way in which any command writes a file: as a whole or not at all, and in place of a file only.

What is written lies in the same folder under a name of its own until all of it is on the disk, and then takes
the place of the file in one step. A run that is killed meanwhile leaves that name behind; the next one that
writes into the folder removes it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from klcli.errors import KlcliError
from klcli.lazy_regex import regex
from klcli.render.character_spellings import visible

_PREFIX, _SUFFIX = ".klcli-", ".tmp"
_LEFT_OVER = regex(rf"{re.escape(_PREFIX)}\w+{re.escape(_SUFFIX)}")
"""The name of a file that was being written when its process ended."""
_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
)
_PERMISSIONS = 0o777
"""What is kept of a mode; bits that lend a program its owner's rights do not survive new content."""


def save(path: str, data: bytes, option: str) -> None:
    """Write a file that an option names.

    Args:
        path: the file; a link is followed.
        data: all of it.
        option: such as ``--output``, for the message.

    Raises:
        KlcliError: it cannot be written; then nothing has changed.
    """
    with saving(path, option) as file:
        file.write(data)


@contextmanager
def saving(path: str, option: str) -> Iterator[BinaryIO]:
    """The same for data that is written bit by bit; what fails in between leaves no file behind.

    Raises:
        KlcliError: it cannot be written; then nothing has changed.
    """
    try:
        remove_left_overs([os.path.dirname(os.path.realpath(path))])
        with _written(path) as file:
            yield file
    except OSError as error:
        raise KlcliError(
            f"cannot write {visible(path) or repr(path)}: {error.strerror}",
            f"{option} takes the name of a file, in a folder that exists",
        ) from None


def write_whole(path: str, data: bytes) -> None:
    """Put data in the place of a file; who reads it meanwhile sees the old or the new, never a part.

    Its owner and permissions stay, and a link to it stays a link.

    Raises:
        OSError: it cannot be written, is no regular file, has hard links that would be parted from it, or
            belongs to somebody in whose name no file can be made; then nothing has changed.
    """
    with _written(path) as file:
        file.write(data)


@contextmanager
def _written(path: str) -> Iterator[BinaryIO]:
    """What is written takes the place of the file at the end of the ``with``; errors are those of a whole."""
    real = os.path.realpath(path)
    old = _replaceable(path, real)
    with _temporary(os.path.dirname(real)) as (name, file):
        yield file
        file.flush()
        _become(name, file, old)
        os.fsync(file.fileno())
        _close_for_windows(file)
        os.replace(name, real)


def remove_left_overs(folders: Iterable[str]) -> None:
    """Remove what runs that were killed have left in folders; what a run is writing now is locked."""
    for folder in dict.fromkeys(folders):
        with suppress(OSError), os.scandir(folder or os.curdir) as entries:
            for entry in entries:
                if _LEFT_OVER.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    _remove_unless_locked(entry.path)


def _replaceable(path: str, real: str) -> os.stat_result | None:
    """The state of a regular file that may be replaced; None where there is no file yet.

    Raises:
        OSError: it may not.
    """
    try:
        old = os.stat(path)  # not of its real path: what stands behind /dev/fd/3 may have none
    except FileNotFoundError:
        return None
    for is_kind, reason in _KINDS:
        if is_kind(old.st_mode):
            raise OSError(errno.EINVAL, f"{reason}, and only files are replaced")
    if not stat.S_ISREG(old.st_mode) or not os.path.exists(real):
        raise OSError(errno.EINVAL, "it is no file that has a name")
    if old.st_nlink > 1:
        raise OSError(errno.EMLINK, "it has hard links, which would be parted from it")
    if not os.access(real, os.W_OK):
        raise PermissionError(errno.EACCES, "it is write-protected")
    return old


@contextmanager
def _temporary(folder: str) -> Iterator[tuple[str, BinaryIO]]:
    """A new file in a folder, locked so that nobody takes it for a left-over; gone if anything fails."""
    import tempfile  # with all that it can pack and draw, loaded where a file is written

    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder or os.curdir)
    try:
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError):  # where there are no locks, two runs at once may disturb each other
                _lock(file.fileno())
            yield name, file
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _become(name: str, file: BinaryIO, old: os.stat_result | None) -> None:
    """Give a new file the owner and the permissions of the old one, or those of any new file.

    Raises:
        OSError: the owner cannot be kept.
    """
    new = os.fstat(file.fileno())
    if old and (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.chown(name, old.st_uid, old.st_gid)
        except OSError:
            raise PermissionError(errno.EPERM, "its owner could not be kept") from None
    # As a file that is opened for writing gets them: readable and writable, less the mask.
    os.chmod(name, stat.S_IMODE(old.st_mode) & _PERMISSIONS if old else 0o666 & ~_umask())


def _umask() -> int:
    """The bits that new files do not get; the system tells them only when they are set."""
    # For that moment nobody but the owner gets anything.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _lock(handle: int) -> None:
    """Hold a file until it is closed or the process ends, however it ends.

    Raises:
        OSError: somebody else holds it, or its file system has no locks.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where nobody can remove a file that is open
        return
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_unless_locked(path: str) -> None:
    with suppress(OSError), Path(path).open("rb") as file:
        _lock(file.fileno())
        _close_for_windows(file)
        os.unlink(path)


def _close_for_windows(file: BinaryIO) -> None:
    """Close a file where an open one can be neither moved nor removed; elsewhere it stays locked."""
    if os.name == "nt":
        file.close()

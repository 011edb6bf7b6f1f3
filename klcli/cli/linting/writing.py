"""Files that are replaced as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

__all__ = ["write_whole"]


def write_whole(path: str, data: bytes) -> None:
    """Put data in the place of a file; who reads it meanwhile sees the old or the new, never a part.

    Its permissions stay, and a link to it stays a link.

    Raises:
        OSError: it cannot be written; then nothing has changed.
    """
    real = os.path.realpath(path)
    mode = os.stat(real).st_mode if os.path.exists(real) else 0o666 & ~_umask()
    if os.path.exists(real) and not os.access(real, os.W_OK):
        raise PermissionError(13, "it is write-protected")
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(real), prefix=f".{os.path.basename(real)}."[:64])
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, mode & 0o7777)
        os.replace(temporary, real)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    """The bits that new files do not get; the system tells them only when they are set."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

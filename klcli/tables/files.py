"""Files as sources of tables and of arrays."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import fstat
from pathlib import Path

from klcli.errors import KlcliError
from klcli.tables.source import Source

__all__ = ["open_file"]

_HINT = "a CSV or NPY file, for example, or - for standard input"


@contextmanager
def open_file(path: str) -> Iterator[Source]:
    """A file that is open as long as the ``with`` lasts.

    Raises:
        KlcliError: there is none, or it cannot be read.
    """
    shown = " ".join(path.splitlines())
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 - it is closed below
    except OSError as error:
        raise KlcliError(f"cannot read {shown}: {error.strerror}", _HINT) from None
    except ValueError:
        raise KlcliError("a file name cannot hold a NUL", _HINT) from None
    with stream:
        status = fstat(stream.fileno())
        regular = stat.S_ISREG(status.st_mode)
        yield Source(shown, stream, status.st_size if regular else None, seekable=regular)

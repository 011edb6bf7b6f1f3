"""Files and standard input as sources of tables."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import fstat
from pathlib import Path

from klcli.cli.standard_input import standard_input
from klcli.errors import KlcliError
from klcli.render.signs import visible
from klcli.tables.source import Source

__all__ = ["open_source"]


@contextmanager
def open_source(path: str) -> Iterator[Source]:
    """A file, or standard input for ``-``.

    Raises:
        KlcliError: there is none.
    """
    if path == "-":
        stream = standard_input()
        yield Source("standard input", stream, None, seekable=False)
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise KlcliError(
            f"cannot read {visible(path)}: {error.strerror}",
            "TABLE is a CSV or NPY file, or - for standard input",
        ) from None
    except ValueError:
        raise KlcliError("a file name cannot hold a NUL", "TABLE is a CSV or NPY file") from None
    with stream:
        status = fstat(stream.fileno())
        regular = stat.S_ISREG(status.st_mode)
        yield Source(visible(path), stream, status.st_size if regular else None, seekable=regular)

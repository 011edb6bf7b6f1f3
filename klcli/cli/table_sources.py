"""Files and standard input as sources of tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from klcli.cli.standard_input import standard_input
from klcli.tables.files import open_file
from klcli.tables.source import Source

__all__ = ["open_source"]


@contextmanager
def open_source(path: str) -> Iterator[Source]:
    """A file, or standard input for ``-``.

    Raises:
        KlcliError: there is none.
    """
    if path == "-":
        yield Source("standard input", standard_input(), None, seekable=False)
        return
    with open_file(path) as source:
        yield source

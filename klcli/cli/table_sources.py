"""Files and standard input as sources of tables, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

from klcli.cli.options.parallelism import Engine
from klcli.cli.progress import progress
from klcli.cli.standard_input import standard_input
from klcli.cli.workers import workers
from klcli.errors import KlcliError
from klcli.tables.files import open_file
from klcli.tables.inputs import STREAM, Input
from klcli.tables.source import Advance, Source


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


def is_stream(tables: Sequence[Input], *, may_be_read: bool = True) -> bool:
    """Whether standard input is the table.

    Args:
        tables: one or more.
        may_be_read: whether one pass over it is enough.

    Raises:
        KlcliError: it is one of several, or has to be read again.
    """
    found = any(STREAM in table.paths for table in tables)
    if found and (len(tables) > 1 or not may_be_read):
        raise KlcliError("standard input can be read once, and alone", "give the file and not -")
    return found


@contextmanager
def table_readers(
    tables: Sequence[Input], engine: Engine, *, quiet: bool
) -> Iterator[tuple[Executor | None, Advance | None]]:
    """Who reads tables, and who is told of the bytes that were read.

    Args:
        tables: one or more files.
        engine: who may read them.
        quiet: whether no progress is shown.
    """
    with (
        workers(engine, len(tables)) as executor,
        progress(size_of(tables), "reading", quiet=quiet) as advance,
    ):
        yield executor, advance


def size_of(tables: Sequence[Input]) -> int | None:
    """The bytes of all files; None where one of them is a pipe."""
    paths = [Path(path) for table in tables for path in table.paths]
    return sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None

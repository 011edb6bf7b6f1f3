"""Log ratios of many files, one after the other or by the workers of an executor."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from functools import partial

from klcli.errors import KlcliError
from klcli.tables.collected_log_ratios import LogRatios
from klcli.tables.files import open_file
from klcli.tables.formats.detection import open_table, open_tokens
from klcli.tables.inputs import Input
from klcli.tables.joined import LOG_P, LOG_Q, MASK, joined
from klcli.tables.parallel import each
from klcli.tables.ratio_blocks import RatioWork, read
from klcli.tables.source import Advance, Table

_SIDE_BY_SIDE = (LOG_Q, LOG_P, MASK)
"""What files with the same rows hold, in their order."""


def collected(
    tables: Sequence[Input], work: RatioWork, executor: Executor | None = None, advance: Advance | None = None
) -> LogRatios:
    """What is read from all tables together; it does not depend on who reads which of them, or when.

    Args:
        tables: one or more.
        work: what is to be done.
        executor: of ``concurrent.futures`` or one like it, whose workers see the files; None for a loop.
        advance: is told of bytes that were read, where no executor reads them.

    Raises:
        KlcliError: a table that cannot be read, or that is of another kind than the first.
    """
    function = partial(_read if len(tables) == 1 else _read_one_of_many, work, None if executor else advance)
    found = each(function, tables, executor)
    first = next(found)
    for other in found:
        first.merge(other)
    return first


def _read(work: RatioWork, advance: Advance | None, given: Input) -> LogRatios:
    with ExitStack() as stack:
        return read(given.name, _opened(given, stack, advance), work, given.order)


def _read_one_of_many(work: RatioWork, advance: Advance | None, given: Input) -> LogRatios:
    """The same; what is wrong says in which file it is."""
    try:
        return _read(work, advance, given)
    except KlcliError as error:
        if any(path in error.message for path in given.paths):
            raise
        raise KlcliError(f"{given.name}: {error.message}", error.hint, error.code) from None


def _opened(given: Input, stack: ExitStack, advance: Advance | None) -> Table:
    """The table of a file, or of files side by side; they are open as long as the stack."""
    sources = [stack.enter_context(open_file(path)) for path in given.paths]
    for source in sources:
        source.advance = advance
    if len(sources) == 1:
        return open_table(sources[0])
    tables = ((source.name, open_tokens(source)) for source in sources)
    return joined(dict(zip(_SIDE_BY_SIDE, tables, strict=False)))

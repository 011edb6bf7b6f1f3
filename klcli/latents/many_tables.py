"""Statistics of many tables, one after the other or by the workers of an executor."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from copy import deepcopy
from functools import partial

from klcli.errors import KlcliError
from klcli.latents.mutual_information import ExampleSample, SummedDensities
from klcli.latents.posterior_blocks import Choice, Opened, opened, rows_of
from klcli.latents.rows import BadRows
from klcli.latents.statistics import Statistics, parts, statistics
from klcli.tables.inputs import Input
from klcli.tables.parallel import each
from klcli.tables.posteriors import Posteriors
from klcli.tables.source import Advance
from klcli.values import dataclass, replace

_AT_ONCE = 1 << 22
"""Numbers behind which statistics are merged: about a second of work, which is what a Ctrl-C can lose."""


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """What is asked of every table.

    Attributes:
        choice: which arrays are read.
        free_bits: nats of each latent that cost nothing.
        sampled: examples that are kept for a second pass; 0 for none.
        seed: of that choice and of the draws.
    """

    choice: Choice
    free_bits: float = 0.0
    sampled: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Collected:
    """What was found in tables.

    Attributes:
        statistics: of their rows.
        arrays: those that were read of the first of them.
        is_whole: whether all rows were; False where a Ctrl-C came before.
    """

    statistics: Statistics
    arrays: Posteriors
    is_whole: bool = True


def collected(
    tables: Sequence[Input],
    question: TableQuestion,
    executor: Executor | None = None,
    advance: Advance | None = None,
) -> Collected:
    """The statistics of all tables together; they do not depend on who collects which of them, or when.

    Args:
        tables: one or more.
        question: what is computed of every table.
        executor: of ``concurrent.futures`` or one like it, whose workers see the files; None for a loop.
        advance: is told of bytes that were read, where no executor reads them.

    Raises:
        KlcliError: a table that cannot be read, or that has other latents or another reading than the first.
        KeyboardInterrupt: Ctrl-C, before anything was found.
    """
    total: Collected | None = None
    try:
        found = each(partial(_statistics, question, None if executor else advance), tables, executor)
        for table, other in zip(tables, found, strict=False):  # a Ctrl-C ends it before the last table
            if total is not None:
                _check_alike(tables[0], total.statistics, table, other.statistics)
                other = replace(
                    total,
                    statistics=_merged(total.statistics, other.statistics),
                    is_whole=other.is_whole,
                )
            total = other
            if not total.is_whole:
                break
    except KeyboardInterrupt:
        if total is None:
            raise
        return replace(total, is_whole=False)
    assert total is not None  # there is a table
    return total


def collected_from(table: Opened, question: TableQuestion) -> Collected:
    """The statistics of one table that is open, or of its first rows where a Ctrl-C comes.

    Raises:
        KeyboardInterrupt: Ctrl-C, before anything was found.
    """
    total, part = _none_yet(table, question), _none_yet(table, question)
    try:
        for rows in rows_of(table):
            part.add(rows)
            if (part.examples + part.bad.count) * part.latents >= _AT_ONCE:
                total, part = _merged(total, part), _none_yet(table, question)
        return Collected(_merged(total, part), table.found)
    except KeyboardInterrupt:
        # Which may have come in the middle of an addition: what was merged before is whole.
        if not total.examples:
            raise
        return Collected(total, table.found, is_whole=False)


def summed(
    tables: Sequence[Input], question: TableQuestion, empty: SummedDensities, executor: Executor | None = None
) -> SummedDensities:
    """A second pass: the densities of all examples at the draws of a mixture that has none of them yet.

    Args:
        tables: one or more.
        question: what is computed of every table.
        empty: the mixture, and sums of nothing.
        executor: as of `collected`.
    """
    total = replace(empty, log_sum=empty.log_sum.copy())
    for other in each(partial(_densities, question, empty), tables, executor):
        total.merge(other)
    return total


def summed_from(table: Opened, empty: SummedDensities) -> SummedDensities:
    """The same of one table that is open."""
    total = replace(empty, log_sum=empty.log_sum.copy())
    for rows in rows_of(table):
        for part, *_ in parts(rows, table.reading, BadRows()):
            total.add(part)
    return total


def _statistics(question: TableQuestion, advance: Advance | None, table: Input) -> Collected:
    with ExitStack() as stack:
        return collected_from(opened(table, question.choice, stack, advance), question)


def _densities(question: TableQuestion, empty: SummedDensities, table: Input) -> SummedDensities:
    with ExitStack() as stack:
        return summed_from(opened(table, question.choice, stack), empty)


def _none_yet(table: Opened, question: TableQuestion) -> Statistics:
    sample = ExampleSample(question.sampled, question.seed) if question.sampled else None
    return statistics(table.latents, table.reading, question.free_bits, sample)


def _merged(first: Statistics, second: Statistics) -> Statistics:
    """The statistics of both, which stay as they are."""
    both = deepcopy(first)
    both.merge(second)
    return both


def _check_alike(first_table: Input, first: Statistics, table: Input, other: Statistics) -> None:
    if first.latents != other.latents:
        raise KlcliError(
            f"{table.name} has {other.latents} latents, {first_table.name} has {first.latents}",
            "tables of one model have the same latents",
        )
    if first.reading is not other.reading and first.reading.name != other.reading.name:
        raise KlcliError(
            f"{table.name} holds {other.reading.name}, {first_table.name} {first.reading.name}",
            "tables of one model have the same spreads; --logvar NAME and the like choose them",
        )

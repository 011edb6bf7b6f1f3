"""Statistics of many tables, one after the other or by the workers of an executor."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from functools import partial

from klcli.errors import KlcliError
from klcli.latents.marginal import ExampleSample, SummedDensities
from klcli.latents.reading import Choice, Opened, opened, rows_of
from klcli.latents.rows import BadRows
from klcli.latents.statistics import Statistics, parts, statistics
from klcli.tables.inputs import Input
from klcli.tables.source import Advance
from klcli.tables.spreading import each
from klcli.values import dataclass, replace

__all__ = ["Work", "collected", "collected_from", "summed"]


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with every table.

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


def collected(
    tables: Sequence[Input], work: Work, executor: Executor | None = None, advance: Advance | None = None
) -> Statistics:
    """The statistics of all tables together; they do not depend on who collects which of them, or when.

    Args:
        tables: one or more.
        work: what is to be done.
        executor: of ``concurrent.futures`` or one like it, whose workers see the files; None for a loop.
        advance: is told of bytes that were read, where no executor reads them.

    Raises:
        KlcliError: a table that cannot be read, or that has other latents or another reading than the first.
    """
    found = each(partial(_statistics, work, None if executor else advance), tables, executor)
    first = next(found)
    for table, other in zip(tables[1:], found, strict=True):
        _check_alike(tables[0], first, table, other)
        first.merge(other)
    return first


def collected_from(table: Opened, work: Work) -> Statistics:
    """The statistics of one table that is open."""
    sample = ExampleSample(work.sampled, work.seed) if work.sampled else None
    found = statistics(table.latents, table.reading, work.free_bits, sample)
    for rows in rows_of(table):
        found.add(rows)
    return found


def summed(
    tables: Sequence[Input], work: Work, empty: SummedDensities, executor: Executor | None = None
) -> SummedDensities:
    """A second pass: the densities of all examples at the draws of a mixture that has none of them yet."""
    total = replace(empty, log_sum=empty.log_sum.copy())
    for other in each(partial(_densities, work, empty), tables, executor):
        total.merge(other)
    return total


def _statistics(work: Work, advance: Advance | None, table: Input) -> Statistics:
    with ExitStack() as stack:
        return collected_from(opened(table, work.choice, stack, advance), work)


def _densities(work: Work, empty: SummedDensities, table: Input) -> SummedDensities:
    own = replace(empty, log_sum=empty.log_sum.copy())
    with ExitStack() as stack:
        opened_table = opened(table, work.choice, stack)
        for rows in rows_of(opened_table):
            for part, *_ in parts(rows, opened_table.reading, BadRows()):
                own.add(part)
    return own


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

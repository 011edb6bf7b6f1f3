"""Log ratios out of tables, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
from typing import TYPE_CHECKING, Any

from klcli.samples.ratio_sums import RatioSums
from klcli.samples.row_sample import RowSample
from klcli.samples.token_means import TokenMeans
from klcli.tables.collected_log_ratios import LogRatios
from klcli.tables.columns import column, column_name
from klcli.tables.complete_rows import CompleteRows
from klcli.tables.dependent_rows import RunWatch
from klcli.tables.grouping import Groups
from klcli.tables.log_ratio_columns import DensityColumns, Layout, LogRatioColumn, RatioColumns, place, refuse
from klcli.tables.source import Block, Table
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RatioWork:
    """What is to be done with every table.

    Attributes:
        columns: which ones hold what.
        group: the column with the keys of groups that are added up; None for that which the file has itself,
            whose groups are then not taken for independent where another column says that they are not.
        independent: whether every row, or with a group every group, is a sample of its own, whatever repeats.
        skip_missing: whether rows with missing numbers are left out.
    """

    columns: RatioColumns
    group: str | None = None
    independent: bool = False
    skip_missing: bool = False


def read(name: str, table: Table, work: RatioWork, order: int = 0) -> LogRatios:
    """All rows of a table, in memory that does not grow with it.

    Args:
        name: of the table, for messages.
        table: what is read.
        work: what is to be done with it.
        order: of the table among all.

    Raises:
        KlcliError: a row that cannot be read, has something missing or is no sample of q.
    """
    layout = work.columns.layout(table)
    plain = work.independent or layout.gaussians is not None
    group = work.group or (None if plain else table.group)
    key = None if group is None else column(table, group, "--group")
    watch = None if plain or work.group else RunWatch(table, layout.columns)
    columns = dict(zip(layout.meanings, (column_name(table, index) for index in layout.columns), strict=True))
    found = LogRatios(name, order, layout, columns, RatioSums(order), RowSample(order))
    if work.independent:
        found.repeats = None
    if work.independent or (work.group and work.group == table.group):
        found.batches = None  # of sequences that nobody would have to name that is what it says
    rows = CompleteRows(table, layout.columns, skip_missing=work.skip_missing)
    blocks = rows.of(table.blocks(layout.columns, key, watch))
    if key is None:
        for block in blocks:
            found.add(_log_ratio(found, block))
    else:
        found.group = column_name(table, key)
        _add_groups(found, blocks)
    found.skipped, found.masked = rows.skipped, table.mask is not None
    suspect = watch.found() if watch else None
    if suspect is not None:
        found.suspects = ((order, column_name(table, suspect)),)
    return found


def _add_groups(found: LogRatios, blocks: Iterable[Block]) -> None:
    """Add the sums over groups of rows, and the rows themselves."""
    import numpy

    tokens = found.tokens = TokenMeans(RatioSums(found.order))

    def terms() -> Iterator[Block]:
        for block in blocks:
            values = tokens.terms(_log_ratio(found, block))
            yield Block(values, block.numbers, block.noun, block.keys)

    assert found.group is not None
    for block in Groups(found.group).added_up(terms()):
        if len(block.values):
            sums = block.values[:, 0]
            beyond = numpy.isnan(sums) | (sums == -inf)
            refuse(block, beyond, "the sum of log q - log p is beyond the doubles", "are these logarithms?")
            found.add(sums)
            tokens.add(block.values, numpy.asarray(block.sizes, dtype=float))


def _log_ratio(found: LogRatios, block: Block) -> NDArray[Any]:
    """The log ratios of the rows of a block; the first infinite one is remembered."""
    import numpy

    if not len(block.values):
        return numpy.zeros(0)
    ratio = found.layout.log_ratio(block)
    densities = found.layout.densities(block)
    if densities is not None:
        found.sample.add(densities, block.keys)
    if found.infinite is None and ratio.max() == inf:
        found.infinite = (found.order, found.name, place(block, int(numpy.argmax(ratio))))
    return ratio


def of_arrays(
    log_q: NDArray[Any], log_p: NDArray[Any] | None = None, *, independent: bool = False
) -> LogRatios:
    """The log ratios of arrays.

    Args:
        log_q: log q(x) of each sample x of q, in nats, of shape (n,); alone, log q(x) - log p(x).
        log_p: log p(x) of each.
        independent: whether every one is a sample of its own, whatever repeats.

    Raises:
        KlcliError: a number that is missing or cannot be of a sample of q.
    """
    import numpy

    layout: Layout = LogRatioColumn((0,)) if log_p is None else DensityColumns((0, 1))
    values = log_q[:, None] if log_p is None else numpy.stack([log_q, log_p], axis=1)
    block = Block(values, range(1, len(values) + 1), "entry")
    refuse(block, numpy.isnan(values).any(axis=1), "a number is missing", "leave such samples out")
    columns = dict(zip(layout.meanings, layout.meanings, strict=True))
    found = LogRatios("an array", 0, layout, columns, RatioSums(), RowSample())
    if independent:
        found.repeats = found.batches = None
    found.add(_log_ratio(found, block))
    return found

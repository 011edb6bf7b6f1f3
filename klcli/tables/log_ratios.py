"""What the rows of a table are: two log densities, their difference, or samples; each becomes a log ratio."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from klcli.errors import KlcliError
from klcli.samples.clusters import ClusterMean
from klcli.samples.of_gaussians import GaussianSamples
from klcli.samples.ratio_sums import RatioSums
from klcli.tables.columns import column, column_name, density_columns, sample_columns
from klcli.tables.grouping import Groups
from klcli.tables.runs import RunWatch
from klcli.tables.source import Block, Table
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Layout", "LogRatios", "TableRead", "densities", "log_ratios", "of_arrays", "read", "samples"]

_MISSING = "--skip-missing leaves such rows out"
_ROWS = "each row is one sample of q; with --group, each group"


class Layout(Protocol):
    """What the columns of a table are."""

    columns: tuple[int, ...]
    meanings: tuple[str, ...]

    def log_ratio(self, block: Block) -> NDArray[Any]:
        """log q(x) - log p(x) of each row of a block without missing numbers, in nats; finite or inf.

        Raises:
            KlcliError: a row that cannot be of a sample of q.
        """

    def looks_like_probabilities(self) -> bool:
        """Whether the logarithm was forgotten."""


@dataclass(slots=True)
class _Densities:
    columns: tuple[int, ...]
    meanings: tuple[str, ...] = ("log_q", "log_p")
    _lowest: float = inf
    _highest: float = -inf

    def log_ratio(self, block: Block) -> NDArray[Any]:
        import numpy

        log_q, log_p = block.values.T
        _refuse(
            block, log_q == -inf, "log q is -inf, but a sample of q has q > 0", "are the columns swapped?"
        )
        _refuse(block, log_q == inf, "log q is infinite", "a density has a finite logarithm at a sample")
        _refuse(block, log_p == inf, "log p is infinite", "a density has a finite logarithm at a sample")
        self._lowest = min(self._lowest, float(block.values.min()))
        self._highest = max(self._highest, float(block.values.max()))
        with numpy.errstate(over="ignore"):
            ratio: NDArray[Any] = log_q - log_p
        beyond = ~numpy.isfinite(ratio) & (log_p != -inf)
        _refuse(block, beyond, "log q - log p is beyond the doubles", "are these logarithms?")
        return ratio

    def looks_like_probabilities(self) -> bool:
        return self._lowest >= 0 and self._highest <= 1 and self._lowest < self._highest


@dataclass(slots=True)
class _LogRatio:
    columns: tuple[int, ...]
    meanings: tuple[str, ...] = ("log_ratio",)

    def log_ratio(self, block: Block) -> NDArray[Any]:
        ratio: NDArray[Any] = block.values[:, 0]
        _refuse(
            block, ratio == -inf, "log q - log p is -inf, but a sample of q has q > 0", "is it log p - log q?"
        )
        return ratio

    def looks_like_probabilities(self) -> bool:
        return False


@dataclass(slots=True)
class _Samples:
    columns: tuple[int, ...]
    meanings: tuple[str, ...]
    gaussians: GaussianSamples

    def log_ratio(self, block: Block) -> NDArray[Any]:
        import numpy

        infinite = ~numpy.isfinite(block.values).all(axis=1)
        _refuse(block, infinite, "a sample is infinite", "samples of a Gaussian are finite")
        ratio = self.gaussians.log_ratio(block.values)
        beyond = ~numpy.isfinite(ratio)
        _refuse(block, beyond, "the densities are beyond the doubles", "are these samples of q?")
        return ratio

    def looks_like_probabilities(self) -> bool:
        return False


def densities(table: Table, log_q: str | None, log_p: str | None) -> Layout:
    """Columns with log q and log p.

    Args:
        table: whose columns are looked for.
        log_q: the name or number that was given; None to look for it.
        log_p: the same for log p.
    """
    return _Densities(density_columns(table, log_q, log_p))


def log_ratios(table: Table, name: str) -> Layout:
    """One column with log q - log p."""
    return _LogRatio((column(table, name, "--log-ratio"),))


def samples(table: Table, names: str | None, gaussians: GaussianSamples) -> Layout:
    """Columns with the dimensions of samples of q.

    Args:
        table: whose columns are looked for.
        names: those that were given; None to look for them.
        gaussians: those that the samples are of.
    """
    columns = sample_columns(table, names, gaussians.q.dimension)
    meanings = ("z",) if len(columns) == 1 else tuple(f"z{j}" for j in range(1, len(columns) + 1))
    return _Samples(columns, meanings, gaussians)


@dataclass(frozen=True, slots=True)
class TableRead:
    """The table that was read.

    Attributes:
        name: of the file, or ``standard input``.
        columns: the name or number of the column that each quantity was read from.
        rows: samples.
        group: the column with the key of each sample, where samples are sums over rows.
        grouped_rows: the rows that these sums are over.
        skipped_rows: rows left out because something is missing in them.
        first_infinite: the first row with p(x) = 0, as ``line 17``; None where there is none.
        probabilities: whether the numbers look like probabilities and not like their logarithms.
        suspected_group: a column that looks as if it named groups, whose rows are treated one by one.
    """

    name: str
    columns: Mapping[str, str]
    rows: int
    group: str | None = None
    grouped_rows: int | None = None
    skipped_rows: int = 0
    first_infinite: str | None = None
    probabilities: bool = False
    suspected_group: str | None = None


@dataclass(frozen=True, slots=True)
class LogRatios:
    """What was read from a table.

    Attributes:
        table: how it was read.
        sums: over its samples.
        rows: the mean over the rows of groups; None where rows are samples themselves.
    """

    table: TableRead
    sums: RatioSums
    rows: ClusterMean | None


def read(
    name: str,
    table: Table,
    layout: Layout,
    *,
    group: str | None = None,
    skip_missing: bool = False,
    watchful: bool = False,
) -> LogRatios:
    """All rows of a table, in memory that does not grow with it.

    Args:
        name: of the table, for messages.
        table: what is read.
        layout: what its columns are.
        group: the column with the keys of groups that are added up.
        skip_missing: whether rows with missing numbers are left out.
        watchful: whether to look for a column that names groups.

    Raises:
        KlcliError: a row that cannot be read, has something missing or is no sample of q; fewer than two.
    """
    import numpy

    key = None if group is None else column(table, group, "--group")
    watch = RunWatch(table, layout.columns) if watchful and key is None else None
    rows = _CompleteRows(table, layout.columns, skip_missing=skip_missing)
    groups = None if key is None else Groups(column_name(table, key))
    blocks = rows.of(table.blocks(layout.columns, key, watch))
    sums, clusters, infinite = RatioSums(), ClusterMean() if groups else None, None
    for block in groups.added_up(blocks) if groups else blocks:
        if not len(block.values):
            continue
        ratio = layout.log_ratio(block)
        if infinite is None and ratio.max() == inf:
            infinite = _place(block, int(numpy.argmax(ratio)))
        sums.add(ratio)
        if clusters:
            clusters.add(ratio, numpy.asarray(block.sizes, dtype=float))
    _check_count(sums.count, rows.skipped, name)
    suspect = watch.found() if watch else None
    columns = dict(zip(layout.meanings, (column_name(table, index) for index in layout.columns), strict=True))
    found = TableRead(
        name=name,
        columns=columns,
        rows=sums.count,
        group=groups.column if groups else None,
        grouped_rows=groups.rows if groups else None,
        skipped_rows=rows.skipped,
        first_infinite=infinite,
        probabilities=layout.looks_like_probabilities(),
        suspected_group=None if suspect is None else column_name(table, suspect),
    )
    return LogRatios(found, sums, clusters)


def of_arrays(log_q: NDArray[Any], log_p: NDArray[Any] | None = None) -> LogRatios:
    """The log ratios of arrays.

    Args:
        log_q: log q(x) of each sample x of q, in nats, of shape (n,); alone, log q(x) - log p(x).
        log_p: log p(x) of each.

    Raises:
        KlcliError: a number that is missing or cannot be of a sample of q; fewer than two samples.
    """
    import numpy

    if log_p is None:
        layout: Layout = _LogRatio((0,))
        values = log_q[:, None]
    else:
        layout = _Densities((0, 1))
        values = numpy.stack([log_q, log_p], axis=1)
    block = Block(values, range(1, len(values) + 1), "entry")
    _refuse(block, numpy.isnan(values).any(axis=1), "a number is missing", "leave such samples out")
    sums = RatioSums()
    if len(values):
        sums.add(layout.log_ratio(block))
    _check_count(sums.count, 0, "the array")
    columns = dict(zip(layout.meanings, layout.meanings, strict=True))
    found = TableRead("an array", columns, sums.count, probabilities=layout.looks_like_probabilities())
    return LogRatios(found, sums, None)


def _check_count(count: int, skipped: int, name: str) -> None:
    if count < 2:
        found = f"{count} sample{'s' * (count != 1)}"
        found += f", {skipped:,} rows left out" if skipped else ""
        raise KlcliError(f"an estimate needs two samples or more; {name} has {found}", _ROWS)


@dataclass(slots=True)
class _CompleteRows:
    """The rows of a table in which nothing is missing, and how many there were of the others."""

    table: Table
    columns: tuple[int, ...]
    skip_missing: bool
    skipped: int = 0

    def of(self, blocks: Iterable[Block]) -> Iterator[Block]:
        import numpy

        for block in blocks:
            missing = numpy.isnan(block.values)
            if not missing.any():
                yield block
                continue
            rows = missing.any(axis=1)
            if not self.skip_missing:
                row = int(rows.argmax())
                name = column_name(self.table, self.columns[int(missing[row].argmax())])
                raise KlcliError(f"{_place(block, row)}, column {name}: the number is missing", _MISSING)
            self.skipped += int(numpy.count_nonzero(rows))
            yield _rows(block, numpy.flatnonzero(~rows).tolist())


def _rows(block: Block, rows: list[int]) -> Block:
    keys = [block.keys[row] for row in rows] if block.keys else ()
    return Block(block.values[rows], [block.numbers[row] for row in rows], block.noun, keys)


def _refuse(block: Block, wrong: NDArray[Any], problem: str, hint: str) -> None:
    """Stop at the first row of which something is wrong."""
    if wrong.any():
        raise KlcliError(f"{_place(block, int(wrong.argmax()))}: {problem}", hint)


def _place(block: Block, row: int) -> str:
    return f"{block.noun} {block.numbers[row]:,}"

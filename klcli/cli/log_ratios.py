"""What the rows of a table are: two log densities, their difference, or samples; each becomes a log ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from klcli.cli.columns import column, column_name, density_columns, sample_columns
from klcli.cli.tables import Block, Table
from klcli.errors import KlcliError
from klcli.gaussian.samples import GaussianSamples
from klcli.report.estimate import TableRead
from klcli.sampling.ratio_sums import RatioSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Layout", "densities", "log_ratios", "read", "samples"]

_MISSING = "--skip-missing leaves such rows out"


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
    """Columns with log q and log p."""
    return _Densities(density_columns(table, log_q, log_p))


def log_ratios(table: Table, name: str) -> Layout:
    """One column with log q - log p."""
    return _LogRatio((column(table, name, "--log-ratio"),))


def samples(table: Table, names: str | None, gaussians: GaussianSamples) -> Layout:
    """Columns with the dimensions of samples of q."""
    columns = sample_columns(table, names, gaussians.q.dimension)
    meanings = ("z",) if len(columns) == 1 else tuple(f"z{j}" for j in range(1, len(columns) + 1))
    return _Samples(columns, meanings, gaussians)


def read(name: str, table: Table, layout: Layout, *, skip_missing: bool) -> tuple[TableRead, RatioSums]:
    """All rows of a table, in memory that does not grow with it.

    Raises:
        KlcliError: a row that cannot be read, has something missing or is no sample of q; fewer than two.
    """
    import numpy

    sums, skipped, infinite = RatioSums(), 0, None
    for given in table.blocks(layout.columns):
        block = _complete(given, table, layout, skip_missing=skip_missing)
        skipped += len(given.values) - len(block.values)
        if not len(block.values):
            continue
        ratio = layout.log_ratio(block)
        if infinite is None and ratio.max() == inf:
            infinite = _place(block, int(numpy.argmax(ratio)))
        sums.add(ratio)
    if sums.count < 2:
        found = f"{sums.count} row{'s' * (sums.count != 1)}" + (f", {skipped:,} left out" if skipped else "")
        raise KlcliError(
            f"an estimate needs two rows or more; {name} has {found}", "each row is a sample of q"
        )
    columns = dict(zip(layout.meanings, (column_name(table, index) for index in layout.columns), strict=True))
    probabilities = layout.looks_like_probabilities()
    return TableRead(name, columns, sums.count, skipped, infinite, probabilities), sums


def _complete(given: Block, table: Table, layout: Layout, *, skip_missing: bool) -> Block:
    """The rows in which nothing is missing."""
    import numpy

    missing = numpy.isnan(given.values)
    if not missing.any():
        return given
    rows = missing.any(axis=1)
    if not skip_missing:
        row = int(numpy.argmax(rows))
        index = int(numpy.argmax(missing[row]))
        place = f"{_place(given, row)}, column {column_name(table, layout.columns[index])}"
        raise KlcliError(f"{place}: the number is missing", _MISSING)
    kept = numpy.flatnonzero(~rows)
    return Block(given.values[kept], [given.numbers[row] for row in kept.tolist()], given.noun)


def _refuse(block: Block, wrong: NDArray[Any], problem: str, hint: str) -> None:
    """Stop at the first row of which something is wrong."""
    if wrong.any():
        raise KlcliError(f"{_place(block, int(wrong.argmax()))}: {problem}", hint)


def _place(block: Block, row: int) -> str:
    return f"{block.noun} {block.numbers[row]:,}"

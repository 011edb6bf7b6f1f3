"""What the rows of a table are: two log densities, their difference, or samples; each becomes a log ratio."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.samples.gaussian_samples import GaussianSamples
from klcli.tables.columns import column, density_columns, sample_columns
from klcli.tables.source import Block, Table
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Layout(Protocol):
    """What the columns of a table are."""

    columns: tuple[int, ...]
    meanings: tuple[str, ...]

    def log_ratio(self, block: Block) -> NDArray[Any]:
        """log q(x) - log p(x) of each row of a block without missing numbers, in nats; finite or inf.

        Raises:
            KlcliError: a row that cannot be of a sample of q.
        """

    def densities(self, block: Block) -> NDArray[Any] | None:
        """log q and log p of each row, of shape (n, 2), where the table has both."""

    def merge(self, other: Any) -> None:
        """Add what was seen in another table, whose columns are the same."""

    @property
    def gaussians(self) -> GaussianSamples | None:
        """What samples were seen, under both Gaussians; None of densities."""

    @property
    def looks_like_probabilities(self) -> bool:
        """Whether the logarithm was forgotten."""


@dataclass(slots=True)
class DensityColumns:
    """Columns with log q and log p; the smallest and the largest number that they have."""

    columns: tuple[int, ...]
    meanings: tuple[str, ...] = ("log_q", "log_p")
    lowest: float = inf
    highest: float = -inf
    gaussians: None = None

    def log_ratio(self, block: Block) -> NDArray[Any]:
        import numpy

        log_q, log_p = block.values.T
        refuse(block, log_q == -inf, "log q is -inf, but a sample of q has q > 0", "are the columns swapped?")
        refuse(block, log_q == inf, "log q is infinite", "a density has a finite logarithm at a sample")
        refuse(block, log_p == inf, "log p is infinite", "a density has a finite logarithm at a sample")
        self.lowest = min(self.lowest, float(block.values.min()))
        self.highest = max(self.highest, float(block.values.max()))
        with numpy.errstate(over="ignore"):
            ratio: NDArray[Any] = log_q - log_p
        beyond = ~numpy.isfinite(ratio) & (log_p != -inf)
        refuse(block, beyond, "log q - log p is beyond the doubles", "are these logarithms?")
        return ratio

    def densities(self, block: Block) -> NDArray[Any]:
        return block.values

    def merge(self, other: DensityColumns) -> None:
        self.lowest, self.highest = min(self.lowest, other.lowest), max(self.highest, other.highest)

    @property
    def looks_like_probabilities(self) -> bool:
        return self.lowest >= 0 and self.highest <= 1 and self.lowest < self.highest


@dataclass(slots=True)
class LogRatioColumn:
    """One column with log q - log p."""

    columns: tuple[int, ...]
    meanings: tuple[str, ...] = ("log_ratio",)
    gaussians: None = None
    looks_like_probabilities: bool = False

    def log_ratio(self, block: Block) -> NDArray[Any]:
        ratio: NDArray[Any] = block.values[:, 0]
        refuse(
            block, ratio == -inf, "log q - log p is -inf, but a sample of q has q > 0", "is it log p - log q?"
        )
        return ratio

    def densities(self, block: Block) -> None:
        return None

    def merge(self, other: LogRatioColumn) -> None:
        """Nothing is kept."""


@dataclass(slots=True)
class SampleColumns:
    """Columns with the dimensions of samples, and the Gaussians that they are of."""

    columns: tuple[int, ...]
    meanings: tuple[str, ...]
    gaussians: GaussianSamples
    looks_like_probabilities: bool = False

    def log_ratio(self, block: Block) -> NDArray[Any]:
        import numpy

        infinite = ~numpy.isfinite(block.values).all(axis=1)
        refuse(block, infinite, "a sample is infinite", "samples of a Gaussian are finite")
        ratio = self.gaussians.log_ratio(block.values)
        beyond = ~numpy.isfinite(ratio)
        refuse(block, beyond, "the densities are beyond the doubles", "are these samples of q?")
        return ratio

    def densities(self, block: Block) -> None:
        return None

    def merge(self, other: SampleColumns) -> None:
        self.gaussians.merge(other.gaussians)


@dataclass(frozen=True, slots=True)
class RatioColumns:
    """Which columns hold what, as far as it was said; None where it was not.

    Attributes:
        log_q: the name or number of the column with log q.
        log_p: of that with log p.
        log_ratio: of one with log q - log p in their place.
        z: of those with the dimensions of samples of q.
        gaussians: q and p, which the samples are of; None where the columns hold densities.
    """

    log_q: str | None = None
    log_p: str | None = None
    log_ratio: str | None = None
    z: str | None = None
    gaussians: tuple[Gaussian[Heads], Gaussian[Heads]] | None = None

    def layout(self, table: Table) -> Layout:
        """What the columns of a table are.

        Raises:
            KlcliError: there are no such columns, or several that may be meant.
        """
        if self.gaussians is not None:
            return _samples(table, self.z, GaussianSamples(*self.gaussians))
        if self.log_ratio is not None:
            return LogRatioColumn((column(table, self.log_ratio, "--log-ratio"),))
        return DensityColumns(density_columns(table, self.log_q, self.log_p))


def _samples(table: Table, names: str | None, gaussians: GaussianSamples) -> Layout:
    columns = sample_columns(table, names, gaussians.q.dimension)
    meanings = ("z",) if len(columns) == 1 else tuple(f"z{j}" for j in range(1, len(columns) + 1))
    return SampleColumns(columns, meanings, gaussians)


def refuse(block: Block, wrong: NDArray[Any], problem: str, hint: str) -> None:
    """Stop at the first row of which something is wrong.

    Args:
        block: the rows.
        wrong: whether something is wrong with each.
        problem: what is.
        hint: what can be done.
    """
    if wrong.any():
        raise KlcliError(f"{place(block, int(wrong.argmax()))}: {problem}", hint)


def place(block: Block, row: int) -> str:
    """Where a row stands, as ``line 17``."""
    return f"{block.noun} {block.numbers[row]:,}"

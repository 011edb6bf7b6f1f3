"""What was read from tables of log ratios, put together from several of them in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.samples.batch_means import BatchMeans
from klcli.samples.gaussian_samples import GaussianSamples
from klcli.samples.ratio_sums import RatioSums
from klcli.samples.repeats import Repeats
from klcli.samples.row_sample import RowSample
from klcli.samples.token_means import TokenMeans
from klcli.tables.log_ratio_columns import Layout
from klcli.values import dataclass, field
from klcli.witness.estimators import DEFAULT_ESTIMATOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS = "each row is one sample of q; with --group, each group"


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
        files: how many were read together.
        copies: how often a sample's log q - log p stands in the table on average, where samples are copies.
        variance_inflation: by how much samples that follow each other make the variance of the mean larger
            than that of independent ones, where they are alike.
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
    files: int = 1
    copies: float | None = None
    variance_inflation: float | None = None

    @property
    def independent(self) -> bool:
        """Whether no column and no copies say that its samples are not."""
        return self.suspected_group is None and self.copies is None


@dataclass(slots=True, eq=False)
class LogRatios:
    """What was read from one table or from several, which merge in any order with the same digits.

    Attributes:
        name: of the first table.
        order: of the first table among all; its columns are shown.
        layout: what the columns are, and what was seen in them.
        columns: the name or number of the column that each quantity was read from.
        sums: over all samples.
        tokens: over the rows of groups; None where rows are samples themselves.
        sample: some of the rows with both log densities, for a search for causes; empty without both.
        group: the column with the keys of groups.
        skipped: rows left out because something is missing in them.
        infinite: where the first row with p(x) = 0 stands: its table, and the place in it; None without one.
        suspects: columns that look as if they named groups, by the tables that have them.
        files: how many were read.
        masked: whether a mask says which rows count.
        repeats: how often samples stand there; None where it was said that each is one of its own.
        batches: of samples that follow each other; None likewise.
    """

    name: str
    order: int
    layout: Layout
    columns: Mapping[str, str]
    sums: RatioSums
    sample: RowSample
    tokens: TokenMeans | None = None
    group: str | None = None
    skipped: int = 0
    infinite: tuple[int, str, str] | None = None
    suspects: tuple[tuple[int, str], ...] = ()
    files: int = 1
    masked: bool = False
    repeats: Repeats | None = field(default_factory=Repeats)
    batches: BatchMeans | None = field(default_factory=BatchMeans)

    def add(self, log_ratios: NDArray[Any]) -> None:
        """Add samples that follow each other, each finite or inf."""
        import numpy

        self.sums.add(log_ratios)
        finite = log_ratios[numpy.isfinite(log_ratios)]
        if self.repeats:
            self.repeats.add(finite)
        if self.batches:
            self.batches.add(finite)

    @property
    def gaussians(self) -> GaussianSamples | None:
        """What samples were seen, under both Gaussians; None of densities."""
        return self.layout.gaussians

    def merge(self, other: LogRatios) -> None:
        """Add the rows of another table.

        Raises:
            KlcliError: the one has sequences of tokens, the other rows that are samples themselves; or one
                alone has a mask.
        """
        if (self.tokens is None) != (other.tokens is None):
            grouped, plain = (self, other) if self.tokens else (other, self)
            raise KlcliError(
                f"{grouped.name} has several rows or numbers for a sample, {plain.name} has one",
                "tables that are read together have the same columns",
            )
        if self.masked != other.masked:
            masked, plain = (self, other) if self.masked else (other, self)
            raise KlcliError(
                f"{masked.name} has a mask, {plain.name} has none",
                "tables that are read together have the same columns",
            )
        if self.tokens and other.tokens:
            self.tokens.merge(other.tokens)
        self.layout.merge(other.layout)
        self.sums.merge(other.sums)
        if self.repeats and other.repeats:
            self.repeats.merge(other.repeats)
        if self.batches and other.batches:
            self.batches.merge(other.batches)
        self.sample.merge(other.sample)
        if other.order < self.order:
            self.name, self.order = other.name, other.order
            self.columns, self.group = other.columns, other.group
        self.skipped += other.skipped
        self.files += other.files
        found = [one for one in (self.infinite, other.infinite) if one]
        self.infinite = min(found, default=None)
        self.suspects = tuple(sorted((*self.suspects, *other.suspects)))[:1]

    @property
    def _inflation(self) -> float | None:
        """Infinite rows are left out of all of it."""
        return self.batches.inflation(self.sums.estimators[DEFAULT_ESTIMATOR]) if self.batches else None

    def table(self, name: str | None = None) -> TableRead:
        """What was read.

        Args:
            name: of all tables together; without it that of the only one.

        Raises:
            KlcliError: there are fewer than two samples.
        """
        shown = self.name if name is None else name
        tokens = self.tokens.tokens.count if self.tokens else None
        _check_count(self.sums.count, self.skipped, shown, tokens)
        infinite = None
        if self.infinite:
            _, file, row = self.infinite
            infinite = row if self.files == 1 else f"{row} of {file}"
        return TableRead(
            name=shown,
            columns=self.columns,
            rows=self.sums.count,
            group=self.group,
            grouped_rows=tokens,
            skipped_rows=self.skipped,
            first_infinite=infinite,
            probabilities=self.layout.looks_like_probabilities,
            suspected_group=self.suspects[0][1] if self.suspects else None,
            files=self.files,
            copies=self.repeats.times if self.repeats else None,
            variance_inflation=self._inflation,
        )


def _check_count(count: int, skipped: int, name: str, tokens: int | None) -> None:
    if count < 2:
        found = f"{count} sample{'s' * (count != 1)}"
        found += f", {skipped:,} rows left out" if skipped else ""
        several = f"if each of its {tokens:,} tokens is a sample: --independent" if tokens else ""
        hint = several if tokens and tokens > 1 else _ROWS
        raise KlcliError(f"an estimate needs two samples or more; {name} has {found}", hint)

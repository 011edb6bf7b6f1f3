"""What is kept of a table of posteriors: one value for any number of rows, which merges with others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import Parameterization
from klcli.latents.head_variances import variances
from klcli.latents.moments import ColumnMoments
from klcli.latents.mutual_information import ExampleSample
from klcli.latents.quantile_histogram import LogGrid
from klcli.latents.rows import BadRows, Rows, good_rows
from klcli.latents.saturated_heads import Extremes, extremes
from klcli.samples.exact_sums import MOST_ROWS, ExactSums
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 16
"""Numbers that are worked on at a time: a few such arrays fit into the second-level cache."""


@dataclass(slots=True, eq=False)
class Statistics:
    """Sums over all examples so far.

    KLs are summed without rounding and counts are whole numbers, so that neither depends on the order of
    blocks; moments agree to about 1e-15.

    Attributes:
        latents: how many there are.
        reading: what the heads are.
        free_bits: nats of each latent that cost nothing, for the sums with free bits.
        kl: the sums of the KL of each latent, in nats.
        shift: of what the means add to it; the rest is what the spreads add.
        variance: sums of the variances of q.
        examples: rows with a KL.
        of_examples: moments of the KL of an example, the sum over its latents.
        grid: counts of these on a logarithmic grid.
        means: moments of the means of q.
        extremes: of the heads; None before the first row.
        free_entries: the sum over examples and latents of max(KL, free bits).
        free_examples: the sum over examples of max(KL, free bits of all latents).
        bad: the rows that are left out.
        sample: some of the examples, for a second pass; None where there is none.
    """

    latents: int
    reading: Parameterization
    free_bits: float
    kl: ExactSums
    shift: NDArray[Any]
    variance: NDArray[Any]
    examples: int = 0
    of_examples: ColumnMoments = field(default_factory=ColumnMoments)
    grid: LogGrid = field(default_factory=LogGrid)
    means: ColumnMoments = field(default_factory=ColumnMoments)
    extremes: Extremes | None = None
    free_entries: float = 0.0
    free_examples: float = 0.0
    bad: BadRows = field(default_factory=BadRows)
    sample: ExampleSample | None = None

    def add(self, rows: Rows) -> None:
        """Add the examples of a block of any length."""
        for part in parts(rows, self.reading, self.bad):
            self._put(*part)

    def merge(self, other: Statistics) -> None:
        """Add the examples of other statistics, of the same reading and the same number of latents."""
        self.examples += other.examples
        self.kl.merge(other.kl)
        self.shift = self.shift + other.shift
        self.of_examples.merge(other.of_examples)
        self.grid.merge(other.grid)
        self.means.merge(other.means)
        self.variance = self.variance + other.variance
        found = [one for one in (self.extremes, other.extremes) if one]
        self.extremes = found[0].merge(found[1]) if len(found) > 1 else next(iter(found), None)
        self.free_entries += other.free_entries
        self.free_examples += other.free_examples
        self.bad.merge(other.bad)
        if self.sample and other.sample:
            self.sample.merge(other.sample)

    def _put(self, rows: Rows, kl: NDArray[Any], shift: NDArray[Any]) -> None:
        import numpy

        ones = numpy.ones(len(kl))
        of_examples = kl.sum(axis=1)
        self.examples += len(kl)
        self.kl.add(kl)
        self.shift = self.shift + ones @ shift
        self.of_examples.add(of_examples[:, None])
        self.grid.add(of_examples)
        self.means.add(rows.mean)
        self.variance = self.variance + ones @ variances(self.reading, rows.head)
        found = extremes(rows.head)
        self.extremes = found if self.extremes is None else self.extremes.merge(found)
        self.free_entries += float(numpy.maximum(kl, self.free_bits).sum())
        self.free_examples += float(numpy.maximum(of_examples, self.free_bits * self.latents).sum())
        if self.sample:
            self.sample.add(rows)


def statistics(
    latents: int, reading: Parameterization, free_bits: float = 0.0, sample: ExampleSample | None = None
) -> Statistics:
    """Those of no row.

    Args:
        latents: how many a row has.
        reading: what the heads are.
        free_bits: nats of each latent that cost nothing.
        sample: keeps some of the examples, for a second pass.
    """
    import numpy

    none = numpy.zeros(latents)
    return Statistics(latents, reading, free_bits, ExactSums(latents), none, none, sample=sample)


def parts(
    rows: Rows, reading: Parameterization, bad: BadRows
) -> Iterator[tuple[Rows, NDArray[Any], NDArray[Any]]]:
    """The good rows of a block, in parts that fit into the cache, each with its KLs and their shifts.

    Args:
        rows: a block of any length.
        reading: what the heads are.
        bad: is told of the rows that are left out.
    """
    latents = max(1, rows.mean.shape[1])
    size = max(1, min(MOST_ROWS, _BLOCK // latents))
    for start in range(0, len(rows.mean), size):
        part = _part(rows, start, start + size)
        terms = _terms(part, reading)
        if terms is None:
            part = good_rows(part, reading, bad)
            terms = _terms(part, reading)
        if terms is not None and not terms[0].max(initial=0.0) < float("inf"):
            part = good_rows(part, reading, bad, _beyond(terms[0]))
            terms = _terms(part, reading)
        if terms is not None and len(part.mean):
            yield part, *terms


def _terms(rows: Rows, reading: Parameterization) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """The KL of every entry and the part of it that the means make, of shape (rows, latents), in nats.

    None where a number is not finite, or no head of the reading.
    """
    from klcli.gaussian.kernel import shift, spread

    try:
        of_means = shift(rows.mean, rows.prior_mean, rows.prior_head, reading.name)
        kl = spread(rows.head, rows.prior_head, reading.name)
    except KlcliError:
        return None
    kl += of_means
    return kl, of_means


def _beyond(kl: NDArray[Any]) -> NDArray[Any]:
    import numpy

    return numpy.asarray(numpy.isinf(kl))


def _part(rows: Rows, start: int, stop: int) -> Rows:
    """Some of the rows of a block, in doubles that lie one behind the other."""
    import numpy

    def cut(value: Any) -> Any:
        own = getattr(value, "ndim", 0) == 2 and len(value) == len(rows.mean)
        return numpy.asarray(value[start:stop] if own else value, dtype=numpy.float64) if own else value

    return Rows(
        cut(rows.mean),
        cut(rows.head),
        cut(rows.prior_mean),
        cut(rows.prior_head),
        rows.file,
        rows.order,
        rows.first + start,
    )

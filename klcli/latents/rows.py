"""Rows of posteriors: a block of them with its places, and those in which something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from klcli.gaussian.parameterization import Parameterization
from klcli.values import dataclass, field, replace

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LISTED = 100
"""Bad rows that are named one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Posteriors of examples that follow each other in one file, and their priors.

    Attributes:
        mean: doubles of shape (rows, latents).
        head: the same of the spread.
        prior_mean: doubles that broadcast to these shapes.
        prior_head: the same; None where sigma_p = 1.
        file: where they are from.
        order: the place of that file among all.
        first: the number of the first row in it, from 1.
        kept: which of the rows behind it these are, counted from 0; None for all that follow each other.
    """

    mean: NDArray[Any]
    head: NDArray[Any]
    prior_mean: Any = 0.0
    prior_head: Any = None
    file: str = ""
    order: int = 0
    first: int = 1
    kept: NDArray[Any] | None = None

    @property
    def numbers(self) -> NDArray[Any]:
        """The number of each row in its file, from 1."""
        import numpy

        behind = numpy.arange(len(self.mean)) if self.kept is None else self.kept
        return numpy.asarray(self.first + behind)

    def only(self, kept: NDArray[Any]) -> Rows:
        """Those of them that a truth value for each keeps."""
        import numpy

        priors = {
            name: value[kept] if getattr(value, "ndim", 0) == 2 and len(value) == len(kept) else value
            for name, value in (("prior_mean", self.prior_mean), ("prior_head", self.prior_head))
        }
        behind = numpy.flatnonzero(kept) if self.kept is None else self.kept[kept]
        return replace(self, mean=self.mean[kept], head=self.head[kept], kept=behind, **priors)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that no statistics can be made of.

    Attributes:
        file: where it is.
        row: its number in the file, from 1.
        column: the quantity and the latent, as ``logvar 3``, from 1.
        why: what is wrong.
    """

    file: str
    row: int
    column: str
    why: str


@dataclass(slots=True, eq=False)
class BadRows:
    """How many rows are left out, and the first of them.

    Attributes:
        count: all of them.
        first: the first `MOST_LISTED`, in the order of files and rows.
    """

    count: int = 0
    _found: list[tuple[int, int, BadRow]] = field(default_factory=list)

    IN_DATA = "count first"
    """The fields that stand in data."""

    @property
    def first(self) -> tuple[BadRow, ...]:
        return tuple(row for *_, row in self._found)

    def add(self, order: int, rows: Sequence[BadRow], count: int) -> None:
        """Add rows of one file, of which only the first may be given, and how many they are.

        Args:
            order: the place of the file among all.
            rows: the first of them.
            count: all of them.
        """
        self.count += count
        self._keep([(order, row.row, row) for row in rows])

    def merge(self, other: BadRows) -> None:
        """Add those of other blocks."""
        self.count += other.count
        self._keep(other._found)

    def _keep(self, more: Sequence[tuple[int, int, BadRow]]) -> None:
        self._found = sorted([*self._found, *more], key=lambda found: found[:2])[:MOST_LISTED]


def good_rows(
    rows: Rows, reading: Parameterization, bad: BadRows, beyond: NDArray[Any] | None = None
) -> Rows:
    """The rows of which statistics can be made; the others are counted and named.

    Args:
        rows: all of a block.
        reading: what the heads are.
        bad: is told of the others.
        beyond: which entries have a KL beyond the doubles, where that is known; shape (rows, latents).
    """
    import numpy

    quantities = [("mean", rows.mean, False), (reading.name, rows.head, reading.domain == "positive")]
    for name, value in (("prior mean", rows.prior_mean), (f"prior {reading.name}", rows.prior_head)):
        if value is not None:
            shape = rows.mean.shape
            positive = name != "prior mean" and reading.domain == "positive"
            quantities.append((name, numpy.broadcast_to(value, shape), positive))
    wrong: NDArray[Any] = numpy.zeros(rows.mean.shape, dtype=bool) if beyond is None else beyond
    for _, values, positive in quantities:
        wrong = wrong | ~numpy.isfinite(values) | (positive & ~(values > 0))
    failing = numpy.asarray(wrong.any(axis=1))
    places = numpy.flatnonzero(failing)
    listed = [_bad_row(rows, int(row), int(wrong[row].argmax()), quantities) for row in places[:MOST_LISTED]]
    bad.add(rows.order, listed, len(places))
    return rows.only(~failing)


def _bad_row(rows: Rows, row: int, latent: int, quantities: Sequence[tuple[str, Any, bool]]) -> BadRow:
    """What is wrong first in one entry of a row."""
    number = int(rows.numbers[row])
    for name, values, positive in quantities:
        value = float(values[row, latent])
        why = _why(value, positive)
        if why:
            return BadRow(rows.file, number, f"{name} {latent + 1}", why)
    return BadRow(rows.file, number, f"latent {latent + 1}", "its KL is beyond the doubles")


def _why(value: float, positive: bool) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "infinite"
    return f"{value:.6g} is not > 0" if positive and value <= 0 else ""

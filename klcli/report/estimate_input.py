"""What `klcli estimate` was given: a table, perhaps with both Gaussians, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.report.estimate_wording import dependence_texts, share_text
from klcli.samples.estimates import TableEstimates
from klcli.samples.gaussian_samples import SampleCheck
from klcli.tables.collected_log_ratios import TableRead
from klcli.values import dataclass

_MUCH_PADDING = 0.1
"""Of the rows: fewer zeros at ends can be tokens of which both policies are certain."""


@dataclass(frozen=True, slots=True)
class GaussianPair:
    """Both Gaussians, where they were given beside samples.

    Attributes:
        q: what the samples were drawn from.
        p: the other one.
        of_q: whether the samples look as if they were of q.
        of_p: whether they look as if they were of p.
    """

    q: Gaussian[Heads]
    p: Gaussian[Heads]
    of_q: SampleCheck
    of_p: SampleCheck


def assumption(table: TableRead) -> str:
    """What its rows are taken for."""
    if table.suspected_group is not None:
        what = "groups" if table.group else "rows"
        return f"{what} with the same {table.suspected_group} are not independent, and each is a sample of q"
    if table.copies is not None:
        return "each is a sample of q, and some are copies of others"
    if table.variance_inflation is not None:
        return "each is a sample of q, and those that follow each other are alike"
    return f"each {'group' if table.group else 'row'} is an independent sample of q"


def sample_problems(pair: GaussianPair) -> Iterator[str]:
    """Whose samples they are instead, if they are not of q."""
    if pair.of_q.agrees:
        return
    if pair.of_p.agrees:
        yield "the samples look like samples of p and not of q, so that no estimate is one of KL(q || p)"
    else:
        yield "these are no samples of q, so that no estimate is one of KL(q || p)"


def warnings(table: TableRead, found: TableEstimates, padded: float = 0.0) -> Iterator[str]:
    """What is to be known of a table beside its estimates.

    Args:
        table: what was read.
        found: what it says.
        padded: the share of rows of groups that look like padding.
    """
    if padded >= _MUCH_PADDING:
        yield (
            f"{share_text(padded)} of the rows are 0 in both columns at the ends of sequences: padding that "
            "counts as tokens makes means per row too small; a mask leaves it out"
        )
    yield from dependence_texts(table)
    if table.probabilities:
        yield "these look like probabilities: both columns lie between 0 and 1; log q and log p are wanted"
    if found.infinite_rows:
        yield (
            f"p(x) = 0 in {found.infinite_rows:,} of {found.rows:,} rows, first in {table.first_infinite}: "
            "q has mass where p has none, so that KL(q || p) is infinite"
        )
    if table.skipped_rows:
        yield f"{table.skipped_rows:,} rows with missing numbers are left out"
    if found.sign == "unclear":
        yield "k1 is negative by more than the noise of these rows"

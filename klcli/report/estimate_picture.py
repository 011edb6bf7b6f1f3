"""The picture of `klcli estimate`: how the log ratios are spread, and the rows that decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from klcli.formula.numeral import significant
from klcli.report.document import Axis, Bars, Curve, Plot
from klcli.report.wording import FEW_DIGITS
from klcli.samples.estimates import TableEstimates
from klcli.samples.histogram import Histogram

_BARS = 48
"""At most; widths are powers of 2, so that numbers of many values have 24 or more."""


def ratios_plots(found: TableEstimates, spread: Histogram) -> list[Plot]:
    """The histogram of log q - log p in nats; the bars of the largest r = p/q, its tail, stand out.

    None of them where there is no finite log ratio.
    """
    edges, counts = spread.bins(_BARS)
    if not counts:
        return []
    heights = tuple(map(float, counts))
    size, tail = found.ratio_tail.size, tuple(_shares(counts, found.ratio_tail.size))
    bars = [Bars("log ratios", edges, heights)]
    if size:
        bars.append(Bars(f"the {size:,} largest r", edges[: len(tail) + 1], tail))
    value = found.k1.value
    mean = (
        Curve("k1, their mean", (value, value), (0.5, max(heights)))
        if value is not None and isfinite(value)
        else None
    )
    plot = Plot(
        f"{found.rows:,} log ratios",
        Axis("log q - log p, in nats"),
        Axis("rows", "log", low=0.5),
        (*bars, *([mean] if mean else [])),
        remark=_remark(found, edges),
    )
    return [plot]


def _shares(counts: Sequence[int], size: int) -> Iterator[float]:
    """How many of the first `size` numbers lie in each bar, up to the last that has one."""
    for count in counts:
        if size <= 0:
            return
        yield float(min(count, size))
        size -= count


def _remark(found: TableEstimates, edges: Sequence[float]) -> str:
    ends = f"From {significant(edges[0], FEW_DIGITS)} to {significant(edges[-1], FEW_DIGITS)}"
    infinite = f"; {found.infinite_rows:,} infinite ones are left out" if found.infinite_rows else ""
    return f"{ends}{infinite}. r = p/q grows to the left: the mean of r and k3 hang on that end."

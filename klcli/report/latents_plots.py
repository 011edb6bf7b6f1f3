"""Pictures of a table of posteriors: the KL of each latent, and how it is spread over the examples."""

from __future__ import annotations

from math import isfinite

from klcli.latents.log_grid import LogGrid
from klcli.latents.summary import Summary
from klcli.report.document import Axis, Bars, Plot

__all__ = ["example_plot", "latent_plot"]

_BARS = 32
"""Of the histogram over examples."""


def latent_plot(found: Summary) -> Plot:
    """The mean KL of each latent, the largest first; spreads and shifts are drawn within it."""
    order = sorted(found.latents, key=lambda latent: -latent.kl)
    edges = tuple(float(j) for j in range(len(order) + 1))
    return Plot(
        "KL of each latent, the largest first",
        Axis("latents"),
        Axis("KL in nats"),
        (
            Bars("KL", edges, tuple(latent.kl for latent in order)),
            Bars("of it the spreads", edges, tuple(latent.spread for latent in order)),
        ),
        remark=f"{found.active_units} active, {found.collapsed_units} collapsed",
    )


def example_plot(found: Summary, grid: LogGrid) -> Plot | None:
    """How many examples have which KL; None where all have the same, or one has none that is finite.

    Args:
        found: what the table comes to.
        grid: counts of the KL of its examples.
    """
    import numpy

    if not (isfinite(found.most) and found.least < found.most):
        return None
    edges = numpy.linspace(found.least, found.most, _BARS + 1)
    edges[0] = 0.0 if found.least == 0 else edges[0] * (1 - 2.0**-6)  # a cell begins left of its numbers
    heights = tuple(float(count) for count in grid.bars(edges))
    return Plot(
        "KL of each example, the sum over its latents",
        Axis("KL in nats"),
        Axis("examples"),
        (Bars("examples", tuple(edges.tolist()), heights),),
    )

"""Pictures of a table of posteriors: the KL of each latent, and how it is spread over the examples."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.latents.quantile_histogram import LogGrid
from klcli.latents.summary import Summary
from klcli.report.document import Axis, Bars, Plot


def latent_plot(found: Summary) -> Plot:
    """The mean KL of each latent, the largest first; spreads and shifts are drawn within it."""
    return Plot(
        "KL of each latent, the largest first",
        Axis("latents"),
        Axis("KL in nats"),
        _bars(found, {"KL": "kl", "of it the spreads": "spread"}),
        remark=f"{found.active_units} active, {found.collapsed_units} collapsed",
    )


def variance_plot(found: Summary) -> Plot:
    """The variance of the means of each latent beside its mean variance, in the same order.

    Of a latent that carries much the means vary and the variances are small; of a collapsed one they do not,
    and the variances are the prior's.
    """
    return Plot(
        "means against variances, in the same order",
        Axis("latents"),
        Axis("variance"),
        _bars(found, {"of the means": "variance_of_means", "mean of the variances": "mean_variance"}),
    )


def _bars(found: Summary, titles: Mapping[str, str]) -> tuple[Bars, ...]:
    """A bar for each latent, of fields by their titles; the latent with the largest KL comes first."""
    order = sorted(found.latents, key=lambda latent: -latent.kl)
    edges = tuple(float(j) for j in range(len(order) + 1))
    return tuple(
        Bars(title, edges, tuple(getattr(latent, name) for latent in order)) for title, name in titles.items()
    )


def example_plot(grid: LogGrid) -> Plot | None:
    """How many examples have which KL; None where all have the same.

    Args:
        grid: counts of the KL of the examples.
    """
    found = grid.histogram()
    if found is None:
        return None
    return Plot(
        "KL of each example, the sum over its latents",
        Axis("KL in nats"),
        Axis("examples"),
        (Bars("examples", found.edges, tuple(map(float, found.counts))),),
    )

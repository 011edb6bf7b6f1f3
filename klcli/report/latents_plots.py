"""Pictures of a table of posteriors: the KL of each latent, and how it is spread over the examples."""

from __future__ import annotations

from klcli.latents.quantile_histogram import LogGrid
from klcli.latents.summary import Summary
from klcli.report.document import Axis, Bars, Plot


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


def variance_plot(found: Summary) -> Plot:
    """The variance of the means of each latent beside its mean variance, in the same order.

    Of a latent that carries much the means vary and the variances are small; of a collapsed one they do not,
    and the variances are the prior's.
    """
    order = sorted(found.latents, key=lambda latent: -latent.kl)
    edges = tuple(float(j) for j in range(len(order) + 1))
    return Plot(
        "means against variances, in the same order",
        Axis("latents"),
        Axis("variance"),
        (
            Bars("of the means", edges, tuple(latent.variance_of_means for latent in order)),
            Bars("mean of the variances", edges, tuple(latent.mean_variance for latent in order)),
        ),
    )


def example_plot(grid: LogGrid) -> Plot | None:
    """How many examples have which KL; None where all have the same.

    Args:
        grid: counts of the KL of the examples.
    """
    found = grid.histogram()
    if found is None:
        return None
    edges, counts = found
    return Plot(
        "KL of each example, the sum over its latents",
        Axis("KL in nats"),
        Axis("examples"),
        (Bars("examples", edges, tuple(map(float, counts))),),
    )

"""What `klcli compare` says of several latents, a covariance matrix or another prior."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.numeral import significant
from klcli.judge.several_latents import Latents
from klcli.report.compare_tables import figure
from klcli.report.document import Cell, DocumentBlock, Fact, FactList, Heading, Paragraph, table_of
from klcli.report.wording import RATIO_DIGITS, about

_TITLES = ("", "sum over latents", "ratio", "mean over latents", "ratio of the mean")


def latent_blocks(data: Latents) -> Iterator[DocumentBlock]:
    """The truth, and every formula beside it."""
    count = f"{data.dimension} latents" if data.dimension > 1 else "one latent"
    yield Heading(f"the KL of the whole posterior, {count}")
    yield FactList(
        (
            Fact("posterior", data.posterior),
            Fact("prior", data.prior),
            Fact("KL(q || p)", f"{about(data.truth)} nats", "closed form", "strong"),
        )
    )
    truth = (Cell("KL", "strong"), Cell(significant(data.truth), "strong"), "1", "", "")
    rows = (
        (
            row.name,
            figure(row.value),
            figure(row.ratio, RATIO_DIGITS),
            figure(row.mean),
            figure(row.mean_ratio, RATIO_DIGITS),
        )
        for row in data.formulas
    )
    yield table_of(_TITLES, (truth, *rows), numeric=_TITLES[1:])
    yield Paragraph(
        "a formula for one latent has the prior N(0, 1) and sees the variances of q, not its correlations; "
        "tables above are of the first latent",
        "muted",
    )

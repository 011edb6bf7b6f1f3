"""What `klcli latents` says: what the KL term did to a data set, in words first, then latent by latent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.formula.numeral import significant
from klcli.latents.quantile_histogram import LogGrid
from klcli.latents.summary import KlPart, Latent, Summary
from klcli.report.csv_records import CellValue, fields_of
from klcli.report.document import (
    Cell,
    CellTable,
    Document,
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Note,
    Paragraph,
    Text,
    Tone,
    table_of,
)
from klcli.report.latents_data import LatentsData
from klcli.report.latents_plots import example_plot, latent_plot, variance_plot
from klcli.report.report import Report
from klcli.report.wording import FEW_DIGITS, RATIO_DIGITS

_MOST_ROWS = 20
"""Latents in the table of a screen; --full shows all."""
_BAR = 16
"""Characters of the longest bar."""


def latents_report(data: LatentsData, found: Summary, grid: LogGrid, *, full: bool = False) -> Report:
    """The report of a table of posteriors.

    Args:
        data: what was found.
        found: the same before it was data.
        grid: counts of the KL of the examples.
        full: whether the table of a screen has all latents.
    """
    return Report(
        data=data,
        rows=[_row(latent) for latent in found.latents],
        document=Document(data.verdict, tuple(_blocks(data, found, full))),
        bare=repr(found.mean),
        holds=all(check.holds for check in data.checks),
        interrupted=not data.complete,
        pictures=lambda: [latent_plot(found), variance_plot(found), *filter(None, [example_plot(grid)])],
        is_pictured=False,
    )


def _row(latent: Latent) -> dict[str, CellValue]:
    names = "name kl spread shift mean_variance variance_of_means active collapsed"
    clips = " ".join(f"{clip.head:g}:{clip.share:g}" for clip in latent.clips)
    return fields_of(latent, names) | {"clips": clips}


def _blocks(data: LatentsData, found: Summary, full: bool) -> Iterator[DocumentBlock]:
    yield FactList(tuple(_facts(data, found)))
    order = sorted(found.latents, key=lambda latent: -latent.kl)
    shown = order if full else order[:_MOST_ROWS]
    yield Heading("latents, by their KL")
    yield _latent_table(shown, found.examples)
    if len(shown) < len(order):
        yield Paragraph(f"and {len(order) - len(shown)} more; --full shows all", "muted")
    yield Heading("the same posteriors in the numbers of other code")
    conventions = ((row.name, significant(row.value)) for row in data.conventions)
    yield table_of(("reduced by", "KL"), conventions, numeric=("KL",))
    for check in data.checks:
        relation = "holds" if check.holds else "does not hold"
        text = f"{check.name} {check.limit:g} {relation}: {significant(check.value)}"
        yield Note("info" if check.holds else "error", text)
    for text in data.warnings:
        yield Note("warning", text)


def _facts(data: LatentsData, found: Summary) -> Iterator[Fact]:
    given, count = data.input, len(found.latents)
    files = given.files[0] if len(given.files) == 1 else f"{len(given.files)} files"
    arrays = f"mean {given.mean}, {given.parameterization} {given.head} in {files}"
    latents = f"{count} latent{'s' * (count != 1)}"
    yield Fact("examples", f"{found.examples:,}", f"{latents}: {arrays}; prior {given.prior}")
    error = "" if found.standard_error is None else f" ± {significant(found.standard_error, 2)}"
    bits = f"sum over latents, mean over examples; {significant(data.kl.mean_bits)} bits"
    yield Fact("KL(q || p)", f"{significant(found.mean)}{error} nats", bits, "strong")
    shares = ", ".join(
        # In percent.
        f"{100 * share:g} %: {significant(value, FEW_DIGITS)}"
        for share, value in found.quantiles.items()
    )
    yield Fact(
        "of examples",
        f"{significant(found.least, FEW_DIGITS)} to {significant(found.most, FEW_DIGITS)}",
        shares,
    )
    by_kl = f"variance of the means above {data.thresholds.variance:g}; by KL {found.active_by_kl}"
    yield Fact("active units", f"{found.active_units} of {count}", by_kl)
    yield Fact("information", _part(found.mutual_information), "between example and latents")
    yield Fact("marginal KL", _part(found.marginal_kl), "of the aggregate posterior from the prior")


def _part(part: KlPart) -> str:
    if part.value is None:
        return "not known"
    words = {"lower bound": "at least ", "upper bound": "at most "}.get(part.kind, "")
    error = "" if part.standard_error is None else f" ± {significant(part.standard_error, 2)}"
    return f"{words}{significant(part.value, RATIO_DIGITS)}{error} nats"


def _latent_table(latents: Sequence[Latent], examples: int) -> CellTable:
    most = max(latent.kl for latent in latents)
    numbers = ("latent", "KL", "spread", "shift", "var of means", "mean var")
    titles = (*numbers[:2], "", *numbers[2:], "")
    return table_of(titles, (_cells(latent, most, examples) for latent in latents), numeric=numbers)


def _cells(latent: Latent, most: float, examples: int) -> tuple[Text | Cell, ...]:
    bar = "#" * round(_BAR * latent.kl / most) if 0 < most < float("inf") else ""
    numbers = (latent.spread, latent.shift, latent.variance_of_means, latent.mean_variance)
    return (
        latent.name,
        Cell(significant(latent.kl, FEW_DIGITS), "strong"),
        bar,
        *(significant(number, FEW_DIGITS) for number in numbers),
        Cell(*_state(latent, examples)),
    )


def _state(latent: Latent, examples: int) -> tuple[str, Tone]:
    """What became of it; of one example it cannot be told what varies."""
    if latent.active:
        return "active", "good"
    if latent.collapsed:
        return "collapsed", "muted"
    return ("dead", "bad") if examples > 1 else ("", "plain")

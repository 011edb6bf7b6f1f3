"""What `klcli compare` says: the formulas met online, beside the truth, under a reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

from klcli.formula.numeral import number_text, significant
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol
from klcli.formula.value.interval import enclose, nearest_double
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.comparison import ComparisonEntry, Judged
from klcli.judge.several_latents import Latents
from klcli.report.compare_data import CompareData, Expectation, FormulaData, PointData, Truth
from klcli.report.compare_latents import latent_blocks
from klcli.report.compare_picture import penalty_plot
from klcli.report.compare_tables import TONES, along_sigma, at_point, under_every_reading
from klcli.report.csv_records import CellValue, fields_of
from klcli.report.document import (
    Document,
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Item,
    Paragraph,
    Text,
    Tone,
)
from klcli.report.estimators import estimate_text
from klcli.report.report import Report
from klcli.report.wording import about, listed, verdict_of
from klcli.witness.examination import Examination

_MORE = "--full shows the formulas in sigma, their slopes and ratios along it, the picture"
_MOST_TYPED = 40
"""Characters of a number that a person types."""


def compare_report(
    reading: Parameterization,
    mu: Fraction,
    sigma: Fraction,
    judged: tuple[Judged, ...],
    truth: Examination,
    *,
    table: tuple[ComparisonEntry, ...] = (),
    expected: Expectation | None = None,
    latents: Latents | None = None,
    full: bool = True,
) -> Report:
    """The report of a comparison.

    Args:
        reading: what the head means.
        mu: the mean at which values are compared.
        sigma: the standard deviation at which they are compared.
        judged: the formulas under the reading.
        truth: KL(N(mu, sigma^2) || N(0, 1)) and its witnesses.
        table: the verdicts under every reading, if they were asked for.
        expected: the formula that has to be exact, to the prior that was asked for, and whether it is.
        latents: the formulas over several latents, or beside another prior.
        full: whether the document has every number; a short one fits a screen.
    """
    head = nearest_double(partial(enclose, reading.head, {"sigma": sigma}))
    formulas, point = tuple(map(FormulaData, judged)), PointData(mu, sigma, head)
    data = CompareData(
        "klcli.compare/2", reading.name, "nats", point, _truth(truth), formulas, table, expected, latents, ()
    )
    return Report(
        data=data,
        rows=tuple(_rows(data, judged)),
        document=Document(_title(reading), tuple(_blocks(data, judged, reading, full=full))),
        bare=" ".join(_exact(judged)),
        holds=truth.status == "agrees" and (expected is None or expected.holds),
        pictures=lambda: [penalty_plot(judged, reading, mu)],
        is_pictured=full,
    )


def _truth(found: Examination) -> Truth:
    assert found.closed_form  # two Gaussians have all three
    assert found.integral
    assert found.monte_carlo
    lowest = {"mu": 0.0, "sigma": 1.0, "value": 0.0}
    return Truth(found.closed_form.value, found.integral, found.monte_carlo, found.status, lowest, 2.0)


def _exact(judged: Sequence[Judged]) -> list[str]:
    """The names of those that are the KL, where every condition of that passes."""
    return [
        formula.name
        for formula in judged
        if formula.verdict == "exact" and all(one.passes for one in formula.found.conditions)
    ]


def _summary(judged: Sequence[Judged]) -> Paragraph:
    """``B is exact; A, C and D are not``."""
    exact = _exact(judged)
    others = [formula.name for formula in judged if formula.name not in exact]
    if not exact:
        return Paragraph(f"none of {listed(others)} is exact", "bad")
    text = f"{listed(exact)} {'is' if len(exact) == 1 else 'are'} exact"
    rest = f"; {listed(others)} {'is' if len(others) == 1 else 'are'} not" if others else ""
    return Paragraph(text + rest, "strong")


def _title(reading: Parameterization) -> Text:
    return (f"KL(q || N(0, 1)) when the head s is {reading.meaning}: s = ", reading.head)


def _rows(data: CompareData, judged: Sequence[Judged]) -> Iterator[dict[str, CellValue]]:
    for formula in judged:
        yield {
            "parameterization": data.parameterization,
            **fields_of(formula, "name formula verdict"),
            "exact_under": " ".join(formula.exact_under),
            "value": formula.value,
            "truth": data.truth.value,
            **fields_of(formula, "ratio minimum_mu=minimum.mu minimum_sigma=minimum.sigma"),
            **fields_of(formula, "curvature explanation"),
        }


def _blocks(
    data: CompareData, judged: Sequence[Judged], reading: Parameterization, *, full: bool
) -> Iterator[DocumentBlock]:
    yield _summary(judged)
    yield _facts(data)
    yield from (_item(formula, reading, full=full) for formula in judged)
    yield Heading("in numbers, at that point")
    yield at_point(data, judged, full=full)
    if full:
        yield Heading(f"ratio to the KL along sigma, at mu = {_shown(data.point.mu)}")
        yield along_sigma(judged, reading)
    if data.table:
        yield Heading(f"every reading, at mu = {_shown(data.point.mu)}, sigma = {_shown(data.point.sigma)}")
        yield under_every_reading(data.table)
    if data.latents:
        yield from latent_blocks(data.latents)
    if data.expect:
        verdict = "is exact" if data.expect.holds else "is not exact"
        tone: Tone = "good" if data.expect.holds else "bad"
        yield Paragraph(f"expected: {data.expect.name} {verdict} when s is {reading.meaning}", tone)
    if not full:
        yield Paragraph(_MORE, "muted")


def _item(formula: Judged, reading: Parameterization, *, full: bool) -> Item:
    """A formula, the same in the reading's own symbol, and what it is."""
    head = formula.roles.head or "s"
    own = substitute(formula.formula, {head: reading.head})
    tone = TONES.get(formula.verdict, "plain")
    under = Paragraph(("  with the head ", Symbol(head), " = ", reading.head, ": ", own), "muted")
    return Item(
        formula.name,
        (
            Paragraph((formula.formula,)),
            *((under,) if full and formula.is_of_gaussians else ()),
            Paragraph(f"{formula.verdict}: {formula.explanation}", tone),
        ),
    )


def _shown(number: Fraction) -> str:
    """As it was typed; six digits of a root, as of an entry of a matrix, or of a double of a file."""
    typed = number_text(number)
    return typed if len(typed) <= _MOST_TYPED else significant(float(number))


def _facts(data: CompareData) -> FactList:
    mu, sigma = _shown(data.point.mu), _shown(data.point.sigma)
    sampled = data.truth.monte_carlo
    run = f"{verdict_of(sampled)}; {sampled.samples:,} samples, seed {sampled.seed}"
    return FactList(
        (
            Fact("point", f"mu = {mu}, sigma = {sigma}", f"so s = {significant(data.point.head)}"),
            Fact("KL", f"{about(data.truth.value)} nats", "closed form", "strong"),
            Fact("Monte Carlo", f"{estimate_text(sampled)} nats", run),
        )
    )

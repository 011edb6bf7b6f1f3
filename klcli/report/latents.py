"""What `klcli latents` says: what the KL term did to a data set, in words first, then latent by latent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from math import log

from klcli.formula.numeral import significant
from klcli.latents.conventions import Convention
from klcli.latents.log_grid import RELATIVE_WIDTH
from klcli.latents.rows import BadRow, BadRows
from klcli.latents.summary import KlPart, Latent, Summary, Thresholds
from klcli.report.document import (
    Cell,
    CellTable,
    ColumnHead,
    Document,
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Note,
    Paragraph,
    Plot,
)
from klcli.report.record import CellValue
from klcli.report.report import Report
from klcli.values import dataclass

__all__ = ["Check", "LatentsInput", "latents_report"]

_MOST_ROWS = 20
"""Latents in the table of a screen; --full shows all."""
_BAR = 16
"""Characters of the longest bar."""
_ROWS_NAMED = 3
"""Bad rows that are named in words; data formats have a hundred."""


@dataclass(frozen=True, slots=True)
class LatentsInput:
    """What was read.

    Attributes:
        files: their names, in order.
        mean: the array with the means.
        head: the array with the spreads.
        parameterization: what these are.
        prior: in words.
    """

    files: tuple[str, ...]
    mean: str
    head: str
    parameterization: str
    prior: str


@dataclass(frozen=True, slots=True)
class Check:
    """A number held against a limit.

    Attributes:
        name: the option with the limit.
        limit: as it was given.
        value: what was found.
        holds: whether it is within.
    """

    name: str
    limit: float
    value: float
    holds: bool


@dataclass(frozen=True, slots=True)
class _Kl:
    mean: float
    mean_bits: float
    standard_error: float | None
    least: float
    most: float
    quantiles: dict[str, float]
    quantile_width: float


@dataclass(frozen=True, slots=True)
class _BadRows:
    count: int
    first: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class _Data:
    """The data of `klcli latents`; the field names are the keys of its JSON. KLs are in nats."""

    schema: str
    input: LatentsInput
    examples: int
    verdict: str
    kl: _Kl
    active_units: int
    active_units_by_kl: int
    collapsed_units: int
    dead_units: int
    thresholds: Thresholds
    mutual_information: KlPart
    marginal_kl: KlPart
    conventions: tuple[Convention, ...]
    latents: tuple[Latent, ...]
    bad_rows: _BadRows
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]


def latents_report(
    given: LatentsInput,
    found: Summary,
    thresholds: Thresholds,
    others: Sequence[Convention],
    bad: BadRows,
    checks: Sequence[Check] = (),
    *,
    pictures: Callable[[], Sequence[Plot]] = tuple,
    full: bool = False,
) -> Report:
    """The report of a table of posteriors.

    Args:
        given: what was read.
        found: what it comes to.
        thresholds: what counts as active, and as collapsed.
        others: the numbers of other code.
        bad: the rows that are left out.
        checks: what was held against limits.
        pictures: makes those of the report.
        full: whether the table of a screen has all latents.
    """
    verdict = _verdict(found, thresholds)
    data = _Data(
        schema="klcli.latents/1",
        input=given,
        examples=found.examples,
        verdict=verdict,
        kl=_Kl(
            found.mean,
            found.mean / log(2),
            found.standard_error,
            found.least,
            found.most,
            {f"{share:g}": value for share, value in found.quantiles.items()},
            RELATIVE_WIDTH,
        ),
        active_units=found.active_units,
        active_units_by_kl=found.active_by_kl,
        collapsed_units=found.collapsed_units,
        dead_units=found.dead_units,
        thresholds=thresholds,
        mutual_information=found.mutual_information,
        marginal_kl=found.marginal_kl,
        conventions=tuple(others),
        latents=found.latents,
        bad_rows=_BadRows(bad.count, bad.first),
        checks=tuple(checks),
        warnings=tuple(_warnings(found, bad)),
    )
    return Report(
        data=data,
        rows=[_row(latent) for latent in found.latents],
        document=Document(verdict, tuple(_blocks(data, found, full))),
        bare=repr(found.mean),
        holds=all(check.holds for check in checks),
        pictures=pictures,
        is_pictured=False,
    )


def _verdict(found: Summary, thresholds: Thresholds) -> str:
    count = len(found.latents)
    of_units = f"{found.active_units} of {count} latent{'s' * (count != 1)} {_is(found.active_units)} active"
    rest = []
    if found.collapsed_units:
        below = f"(KL below {thresholds.kl:g} nats)"
        has = "has" if found.collapsed_units == 1 else "have"
        rest.append(f"{found.collapsed_units} {has} collapsed to the prior {below}")
    if found.dead_units:
        rest.append(
            f"{found.dead_units} {_is(found.dead_units)} the same for all examples, and not the prior"
        )
    return f"{significant(found.mean, 3)} nats per example; {', '.join([of_units, *rest])}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _row(latent: Latent) -> dict[str, CellValue]:
    row = asdict(latent)
    row["clips"] = " ".join(f"{clip.head:g}:{clip.share:g}" for clip in latent.clips)
    return row


def _warnings(found: Summary, bad: BadRows) -> Iterator[str]:
    if bad.count:
        places = "; ".join(
            f"{row.file}, row {row.row:,}, {row.column}: {row.why}" for row in bad.first[:_ROWS_NAMED]
        )
        more = f"; and {bad.count - _ROWS_NAMED:,} more" if bad.count > _ROWS_NAMED else ""
        yield f"{bad.count:,} row{'s' * (bad.count != 1)} left out: {places}{more}"
    for latent in found.latents:
        for clip in latent.clips:
            yield (
                f"latent {latent.name}: {clip.share:.3g} of its heads are {clip.head:g}, its extreme: "
                "a clip holds them there, and their gradient is 0"
            )


def _blocks(data: _Data, found: Summary, full: bool) -> Iterator[DocumentBlock]:
    yield FactList(tuple(_facts(data, found)))
    order = sorted(found.latents, key=lambda latent: -latent.kl)
    shown = order if full else order[:_MOST_ROWS]
    yield Heading("latents, by their KL")
    yield _latent_table(shown)
    if len(shown) < len(order):
        yield Paragraph(f"and {len(order) - len(shown)} more; --full shows all", "muted")
    yield Heading("the same posteriors in the numbers of other code")
    yield CellTable(
        (ColumnHead("reduced by"), ColumnHead("KL", numeric=True)),
        tuple((Cell(row.name), Cell(significant(row.value))) for row in data.conventions),
    )
    for check in data.checks:
        relation = "holds" if check.holds else "does not hold"
        text = f"{check.name} {check.limit:g} {relation}: {significant(check.value)}"
        yield Note("info" if check.holds else "error", text)
    for text in data.warnings:
        yield Note("warning", text)


def _facts(data: _Data, found: Summary) -> Iterator[Fact]:
    given, count = data.input, len(found.latents)
    files = given.files[0] if len(given.files) == 1 else f"{len(given.files)} files"
    arrays = f"mean {given.mean}, {given.parameterization} {given.head} in {files}"
    yield Fact("examples", f"{found.examples:,}", f"{count} latents: {arrays}; prior {given.prior}")
    error = "" if found.standard_error is None else f" ± {significant(found.standard_error, 2)}"
    bits = f"sum over latents, mean over examples; {significant(data.kl.mean_bits)} bits"
    yield Fact("KL(q || p)", f"{significant(found.mean)}{error} nats", bits, "strong")
    shares = ", ".join(
        f"{100 * share:g} %: {significant(value, 3)}" for share, value in found.quantiles.items()
    )
    yield Fact("of examples", f"{significant(found.least, 3)} to {significant(found.most, 3)}", shares)
    by_kl = f"variance of the means above {data.thresholds.variance:g}; by KL {found.active_by_kl}"
    yield Fact("active units", f"{found.active_units} of {count}", by_kl)
    yield Fact("information", _part(found.mutual_information), "between example and latents")
    yield Fact("marginal KL", _part(found.marginal_kl), "of the aggregate posterior from the prior")


def _part(part: KlPart) -> str:
    if part.value is None:
        return "not known"
    words = {"lower bound": "at least ", "upper bound": "at most "}.get(part.kind, "")
    error = "" if part.standard_error is None else f" ± {significant(part.standard_error, 2)}"
    return f"{words}{significant(part.value, 4)}{error} nats"


def _latent_table(latents: Sequence[Latent]) -> CellTable:
    most = max(latent.kl for latent in latents)
    columns = (
        ColumnHead("latent", numeric=True),
        ColumnHead("KL", numeric=True),
        ColumnHead(""),
        ColumnHead("spread", numeric=True),
        ColumnHead("shift", numeric=True),
        ColumnHead("var of means", numeric=True),
        ColumnHead("mean var", numeric=True),
        ColumnHead(""),
    )
    return CellTable(columns, tuple(_cells(latent, most) for latent in latents))


def _cells(latent: Latent, most: float) -> tuple[Cell, ...]:
    bar = "#" * round(_BAR * latent.kl / most) if 0 < most < float("inf") else ""
    state = "active" if latent.active else "collapsed" if latent.collapsed else "dead"
    numbers = (latent.spread, latent.shift, latent.variance_of_means, latent.mean_variance)
    return (
        Cell(latent.name),
        Cell(significant(latent.kl, 3), "strong"),
        Cell(bar),
        *(Cell(significant(number, 3)) for number in numbers),
        Cell(state, {"active": "good", "collapsed": "muted"}.get(state, "bad")),  # type: ignore[arg-type]
    )

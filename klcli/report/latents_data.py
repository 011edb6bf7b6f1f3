"""What `klcli latents` found, as data: the field names are the keys of its JSON; KLs are in nats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.latents.posterior_blocks import Choice
from klcli.latents.quantile_histogram import RELATIVE_WIDTH, CountedBars, LogGrid
from klcli.latents.reporting_conventions import Convention
from klcli.latents.rows import BadRows
from klcli.latents.summary import AggregateMoments, KlPart, Latent, Summary
from klcli.latents.table_passes import LatentAnswer
from klcli.latents.thresholds import Thresholds
from klcli.report.csv_records import fields_of
from klcli.report.report import in_short
from klcli.report.wording import FEW_DIGITS
from klcli.values import dataclass

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
class ExampleKl:
    """The KL of an example, the sum over its latents."""

    mean: float
    mean_bits: float
    standard_error: float | None
    least: float
    most: float
    quantiles: dict[str, float]
    quantile_width: float
    histogram: CountedBars | None


@dataclass(frozen=True, slots=True)
class LatentsData:
    """The data of `klcli latents`."""

    schema: str
    input: LatentsInput
    complete: bool
    examples: int
    verdict: str
    kl: ExampleKl
    active_units: int
    active_units_by_kl: int
    collapsed_units: int
    dead_units: int
    thresholds: Thresholds
    mutual_information: KlPart
    marginal_kl: KlPart
    aggregate: AggregateMoments
    conventions: tuple[Convention, ...]
    latents: tuple[Latent, ...]
    bad_rows: BadRows
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return in_short(self, "verdict", "examples")


def latents_data(
    files: Sequence[str],
    choice: Choice,
    thresholds: Thresholds,
    answer: LatentAnswer,
    checks: Sequence[Check] = (),
) -> LatentsData:
    """The data of a table of posteriors.

    Args:
        files: what was read.
        choice: the arrays and the prior that were chosen.
        thresholds: what counts as active, and as collapsed.
        answer: what the tables say.
        checks: what was held against limits.
    """
    found, statistics = answer.summary, answer.collected.statistics
    return LatentsData(
        schema="klcli.latents/1",
        input=_input(files, choice, answer),
        complete=not answer.interrupted,
        **fields_of(found, "examples active_units collapsed_units dead_units"),
        **fields_of(found, "mutual_information marginal_kl aggregate latents"),
        verdict=_verdict(found, thresholds, is_whole=answer.collected.is_whole),
        kl=_kl(found, statistics.grid),
        active_units_by_kl=found.active_by_kl,
        thresholds=thresholds,
        conventions=answer.conventions,
        bad_rows=statistics.bad,
        checks=tuple(checks),
        warnings=tuple(_warnings(choice, answer)),
    )


def _input(files: Sequence[str], choice: Choice, answer: LatentAnswer) -> LatentsInput:
    own, arrays = choice.own_priors, answer.collected.arrays
    prior = f"of each example: {', '.join(own)}" if own else _prior(choice.prior)
    return LatentsInput(tuple(files), arrays.mean, arrays.head, arrays.reading.name, prior)


def _prior(prior: Gaussian[Heads]) -> str:
    if prior.dimension > 1:
        return f"of {prior.dimension} dimensions"
    return f"N({float(prior.mean[0]):g}, {prior.spread.sigma()[0] ** 2:g})"


def _kl(found: Summary, grid: LogGrid) -> ExampleKl:
    return ExampleKl(
        found.mean,
        found.mean / log(2),
        found.standard_error,
        found.least,
        found.most,
        {f"{share:g}": value for share, value in found.quantiles.items()},
        RELATIVE_WIDTH,
        grid.histogram(),
    )


def _verdict(found: Summary, thresholds: Thresholds, *, is_whole: bool) -> str:
    """What the table says, in one line."""
    mean, count = f"{significant(found.mean, FEW_DIGITS)} nats", len(found.latents)
    verb = "has" if found.collapsed_units == 1 else "have"
    collapsed = f"{found.collapsed_units} {verb} collapsed to the prior"
    states = [f"{collapsed} (KL below {thresholds.kl:g} nats)"] if found.collapsed_units else []
    if found.examples == 1:
        return "; ".join([f"{mean} for the only example", *states, "it takes more to see what is active"])
    if found.dead_units:
        states.append(
            f"{found.dead_units} {_is(found.dead_units)} the same for all examples, and not the prior"
        )
    of_units = f"{found.active_units} of {count} latent{'s' * (count != 1)}"
    states.insert(0, f"{of_units} {_is(1 if count == 1 else found.active_units)} active")
    before = "" if is_whole else f"interrupted after {found.examples:,} examples: "
    return f"{before}{mean} per example; {', '.join(states)}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _warnings(choice: Choice, answer: LatentAnswer) -> Iterator[str]:
    priors, bad = answer.collected.arrays.priors, answer.collected.statistics.bad
    if priors and choice.own_priors is None:
        yield f"{' and '.join(priors)} are not used; --prior-arrays {','.join(priors)} reads them"
    if answer.interrupted:
        yield f"interrupted after {answer.summary.examples:,} examples: {answer.interrupted}"
    if bad.count:
        shown = bad.first[:_ROWS_NAMED]
        places = "; ".join(f"{row.file}, row {row.row:,}, {row.column}: {row.why}" for row in shown)
        more = f"; and {bad.count - _ROWS_NAMED:,} more" if bad.count > _ROWS_NAMED else ""
        yield f"{bad.count:,} row{'s' * (bad.count != 1)} left out: {places}{more}"
    for latent in answer.summary.latents:
        for clip in latent.clips:
            yield (
                f"latent {latent.name}: {clip.share:.3g} of its heads are {clip.head:g}, its extreme: "
                "a clip holds them there, and their gradient is 0"
            )

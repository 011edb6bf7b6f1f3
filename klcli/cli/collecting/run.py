"""One pass over the files, or two, and the report of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from typing import Any

from klcli.cli.collecting.inputs import TableInputs
from klcli.cli.collecting.limits import checks
from klcli.cli.collecting.per_row import write_rows
from klcli.cli.options.engines import engine
from klcli.cli.options.gaussians import prior
from klcli.cli.progress import progress
from klcli.cli.table_sources import open_source
from klcli.cli.workers import workers
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.collecting import Work, collected, collected_from, summed
from klcli.latents.conventions import conventions
from klcli.latents.marginal import DRAWS, mixture
from klcli.latents.priors import prior_of
from klcli.latents.reading import Choice, Opened, of_arrays, opened
from klcli.latents.statistics import Statistics
from klcli.latents.summary import KlPart, Thresholds, summary
from klcli.report.latents import LatentsInput, latents_report
from klcli.report.latents_plots import example_plot, latent_plot
from klcli.report.report import Report
from klcli.tables.inputs import STREAM
from klcli.tables.opening import open_arrays

__all__ = ["run"]


def run(
    given: TableInputs,
    thresholds: Thresholds,
    limits: Mapping[str, float | None],
    options: Mapping[str, Any],
    *,
    quiet: bool,
) -> Report:
    """The report of all tables together.

    Args:
        given: the tables.
        thresholds: what counts as active, and as collapsed.
        limits: by the options that give them.
        options: the others of the command.
        quiet: whether no progress is shown.

    Raises:
        KlcliError: a table that cannot be read, or no row of which statistics can be made.
    """
    choice = Choice(given.mean, given.heads, _prior(options), _own_priors(options))
    marginal = options["marginal"]
    work = Work(choice, options["free_bits"], DRAWS if marginal else 0, options["seed"])
    is_stream = any(STREAM in table.paths for table in given.tables)
    if is_stream and (len(given.tables) > 1 or marginal or options["per_row"]):
        raise KlcliError("standard input can be read once, and alone", "give the file and not -")
    with workers(engine(options), len(given.tables)) as executor:
        about, found = _collected(given, work, executor, is_stream, quiet)
        if not found.examples:
            raise _nothing(found, about)
        estimate = _marginal(given, work, found, executor) if marginal else None
    if options["per_row"]:
        write_rows(options["per_row"], given.tables, choice)
    shared = None if choice.own_priors else prior_of(choice.prior)
    result = summary(found, thresholds, shared, estimate)
    return latents_report(
        about,
        result,
        thresholds,
        tuple(conventions(found, result, options["beta"])),
        found.bad,
        checks(result, limits),
        pictures=lambda: [latent_plot(result), *filter(None, [example_plot(result, found.grid)])],
        full=options["full"],
    )


def _collected(
    given: TableInputs, work: Work, executor: Executor | None, is_stream: bool, quiet: bool
) -> tuple[LatentsInput, Statistics]:
    """What was read, and its statistics."""
    if is_stream:
        with open_source(STREAM) as source:
            table = of_arrays(open_arrays(source), work.choice)
            return _about(table, given, work.choice), collected_from(table, work)
    with ExitStack() as stack:
        about = _about(opened(given.tables[0], work.choice, stack), given, work.choice)
    with progress(_size(given), "reading", quiet=quiet) as advance:
        return about, collected(given.tables, work, executor, advance)


def _size(given: TableInputs) -> int:
    """The bytes of all files."""
    from pathlib import Path

    paths = [Path(path) for table in given.tables for path in table.paths]
    return sum(path.stat().st_size for path in paths if path.is_file())


def _marginal(given: TableInputs, work: Work, found: Statistics, executor: Executor | None) -> KlPart:
    """The KL of the aggregate posterior, from a second pass."""
    if found.sample is None or found.examples < 2:
        raise KlcliError("--marginal needs two examples or more", "leave it out")
    result = summary(found, Thresholds(), None)
    information, error = summed(
        given.tables, work, mixture(found.sample, found.reading), executor
    ).information()
    return KlPart(result.mean - information, "estimate", error)


def _about(table: Opened, given: TableInputs, choice: Choice) -> LatentsInput:
    own = choice.own_priors
    words = f"of each example: {', '.join(own)}" if own else _gaussian(choice.prior)
    files = tuple(path for one in given.tables for path in one.paths)
    return LatentsInput(files, table.found.mean, table.found.head, table.reading.name, words)


def _gaussian(prior: Gaussian) -> str:
    if prior.dimension > 1:
        return f"of {prior.dimension} dimensions"
    return f"N({float(prior.mean[0]):g}, {prior.sigma()[0] ** 2:g})"


def _prior(options: Mapping[str, Any]) -> Gaussian:
    names = ["prior_mu", "prior_sigma", *(f"prior_{name}" for name in PARAMETERIZATIONS)]
    return prior(options, max((len(options[name]) for name in names if options[name]), default=1))


def _own_priors(options: Mapping[str, Any]) -> tuple[str, str] | None:
    given = options["prior_arrays"]
    if given is None:
        return None
    mean, _, head = given.partition(",")
    if not mean or not head:
        raise KlcliError(
            f"--prior-arrays takes two names, got {given!r}", "for example --prior-arrays p_mu,p_logvar"
        )
    return mean.strip(), head.strip()


def _nothing(found: Statistics, about: LatentsInput) -> KlcliError:
    """No row is good: say what is wrong with the first."""
    if not found.bad.count:
        return KlcliError(f"there is no row in {', '.join(about.files)}", "it has a row for each example")
    first = found.bad.first[0]
    hint = "only finite numbers have a finite KL"
    if "not > 0" in first.why:
        hint = "numbers that can be negative are logarithms: are these log-variances? --logvar NAME"
    return KlcliError(
        f"none of {found.bad.count:,} rows can be used: {first.file}, row {first.row:,}, {first.column}: "
        f"{first.why}",
        hint,
    )

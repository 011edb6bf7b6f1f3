"""One pass over the files, or two, and the report of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from klcli.cli.latents.inputs import TableInputs
from klcli.cli.latents.per_row import check_ending, write_rows
from klcli.cli.latents.summary_limits import checks
from klcli.cli.options.gaussians import prior
from klcli.cli.options.parallelism import engine
from klcli.cli.table_sources import is_stream, open_source, table_readers
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.many_tables import Collected, TableQuestion, collected, collected_from, summed
from klcli.latents.posterior_blocks import Choice, of_arrays
from klcli.latents.table_passes import LatentAnswer, LatentQuestion, answered
from klcli.latents.thresholds import Thresholds
from klcli.report.latents import latents_report
from klcli.report.latents_data import latents_data
from klcli.report.report import Report
from klcli.tables.formats.detection import open_arrays
from klcli.tables.inputs import STREAM


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
    question = LatentQuestion(
        choice, thresholds, options["free_bits"], options["beta"], options["marginal"], options["seed"]
    )
    path = options["per_row"]
    _check_passes(given, more_than_one=question.marginal or path is not None)
    if path is not None:
        check_ending(path)
    found = _answered(given, question, options, quiet=quiet)
    if path is not None and not found.interrupted:
        write_rows(path, given.tables, choice)
    held = () if found.interrupted else checks(found.summary, limits)
    data = latents_data([path for one in given.tables for path in one.paths], choice, thresholds, found, held)
    return latents_report(data, found.summary, found.collected.statistics.grid, full=options["full"])


def _answered(
    given: TableInputs, question: LatentQuestion, options: Mapping[str, Any], *, quiet: bool
) -> LatentAnswer:
    if is_stream(given.tables):
        return answered(question, _of_stream, partial(summed, given.tables))
    with table_readers(given.tables, engine(options), quiet=quiet) as (executor, advance):
        first = partial(collected, given.tables, executor=executor, advance=advance)
        return answered(question, first, partial(summed, given.tables, executor=executor))


def _of_stream(question: TableQuestion) -> Collected:
    with open_source(STREAM) as source:
        return collected_from(of_arrays(open_arrays(source), question.choice), question)


def _check_passes(given: TableInputs, *, more_than_one: bool) -> None:
    """Refuse what can be read once where it would be read again.

    Raises:
        KlcliError: standard input is not the only table, or it or a pipe has to be read twice.
    """
    is_stream(given.tables, may_be_read=not more_than_one)
    for path in (path for table in given.tables for path in table.paths):
        if more_than_one and Path(path).exists() and not Path(path).is_file():
            raise KlcliError(
                f"{path} is a pipe, which can be read once", "--marginal and --per-row read a table again"
            )


def _prior(options: Mapping[str, Any]) -> Gaussian[Heads]:
    names = ["prior_mu", "prior_sigma", *(f"prior_{name}" for name in PARAMETERIZATIONS)]
    if options["prior_arrays"] is not None:
        for name in (*names, "prior_param"):
            if options[name] is not None:
                flag = f"--{name.replace('_', '-')}"
                raise KlcliError(f"{flag} contradicts --prior-arrays", "one prior for all, or one for each")
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

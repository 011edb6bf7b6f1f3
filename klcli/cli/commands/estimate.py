"""``klcli estimate``: KL(q || p) from samples and not from parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click

from klcli.cli.help import Command
from klcli.cli.options.completing import files
from klcli.cli.options.gaussians import posterior, posterior_options, prior, prior_options
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.cli.progress import progress
from klcli.cli.saying import say
from klcli.cli.sources import open_source
from klcli.errors import KlcliError
from klcli.gaussian.divergence import UNITS, Unit
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.render.signs import visible
from klcli.report.estimate import estimate_report
from klcli.report.estimate_input import GaussianPair
from klcli.report.estimate_wording import dependence_text
from klcli.report.report import Report
from klcli.samples.estimates import estimation
from klcli.samples.of_gaussians import GaussianSamples
from klcli.tables.log_ratios import Layout, densities, log_ratios, read, samples
from klcli.tables.opening import open_table
from klcli.tables.source import Table

__all__ = ["estimate"]

_EPILOG = """\b
Examples:
  klcli estimate logprobs.csv
  klcli estimate rollouts.csv --log-q policy_logprob --log-p ref_logprob --json
  klcli estimate tokens.csv --group sequence_id
  klcli estimate weights.npy --log-ratio 1
  klcli estimate z.csv --mu 0.3 --sigma 1.2
  klcli estimate rollouts.npz
  cat logprobs.csv | klcli estimate - --unit bits

TABLE is CSV (commas, semicolons, tabs or blanks; with a header or without), NPY, NPZ, JSON lines,
Parquet, HDF5, safetensors or what torch.save writes, also packed by gzip; - is standard input. Every
row is one sample of q; where a row is a token of a sequence, --group adds them up: the KL of whole
sequences, and beside it the mean per token. Where a row has several numbers each is a token, and a
row a sequence; an array called mask says which tokens count.
Logarithms are natural ones. The status is 1 if the rows cannot be what they are said to be: k1 too
far below 0, the mean of p/q not 1, samples that are not of q.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("path", metavar="TABLE", shell_complete=files, required=False)
@click.option("--log-q", metavar="COLUMN", help="The column with log q: its name, or its number from 1.")
@click.option("--log-p", metavar="COLUMN", help="The column with log p.")
@click.option("--log-ratio", metavar="COLUMN", help="Or one column with log q - log p.")
@click.option("--z", metavar="COLUMN,...", help="Or the samples themselves, with --mu and --sigma of q.")
@click.option(
    "--group",
    metavar="COLUMN",
    help="Add up rows that follow each other with the same id: tokens of a sequence.",
)
@click.option(
    "--independent", is_flag=True, help="Every row is a sample of its own, whatever repeats in a column."
)
@click.option("--skip-missing", is_flag=True, help="Leave out rows in which a number is missing.")
@click.option("--unit", type=WordChoice(UNITS), default="nats", help="nats or bits; default nats.")
@posterior_options
@prior_options
@output_options
@plot_option
@click.pass_obj
def estimate(
    outer: Settings,
    /,
    settings: Settings,
    path: str | None,
    log_q: str | None,
    log_p: str | None,
    log_ratio: str | None,
    z: str | None,
    group: str | None,
    independent: bool,
    skip_missing: bool,
    unit: Unit,
    **options: Any,
) -> tuple[Report, Settings]:
    """Estimate KL(q || p) from a table of samples of q: k1, k2, k3 and what can be said of their errors.

    A row has log q(x) and log p(x) of one sample x of q: log-probabilities of a policy and its reference,
    importance weights. Or it has the sample itself, and the options say which Gaussians q and p are.
    """
    settings = settings.over(outer)
    if path is None:
        raise KlcliError("no table is given", "for example: klcli estimate logprobs.csv")
    gaussians = _gaussians(z, options)
    given = {"--log-q": log_q, "--log-p": log_p, "--log-ratio": log_ratio, "--z": z}
    _check_choice([flag for flag, name in given.items() if name is not None], gaussians)
    if independent and group is not None:
        raise KlcliError("--independent says that there are no groups", "leave out --independent or --group")
    if gaussians and group is not None:
        raise KlcliError("--group adds up log densities, and these are samples", "leave --group out")
    layout: Callable[[Table], Layout] = partial(densities, log_q=log_q, log_p=log_p)
    if gaussians:
        layout = partial(samples, names=z, gaussians=gaussians)
    elif log_ratio is not None:
        layout = partial(log_ratios, name=log_ratio)
    with open_source(path) as source, progress(source.size, "reading", quiet=settings.quiet > 0) as advance:
        source.advance = advance
        table = open_table(source)
        watchful = not (independent or gaussians)
        if not independent and not gaussians:
            group = group or table.group
        found = read(
            source.name, table, layout(table), group=group, skip_missing=skip_missing, watchful=watchful
        )
    pair = GaussianPair(gaussians.q, gaussians.p, gaussians.of_q(), gaussians.of_p()) if gaussians else None
    suspect = found.table.suspected_group
    if suspect is not None:
        say(f"warning: {visible(dependence_text(suspect))}")
    estimates = estimation(found.sums, independent=suspect is None)
    return estimate_report(found.table, estimates, unit, pair, found.rows, found.sums.spread), settings


def _gaussians(z: str | None, options: Mapping[str, Any]) -> GaussianSamples | None:
    """The Gaussians, if any option names one, or if there are samples that need them."""
    if z is None and all(value is None for value in options.values()):
        return None
    spreads = [options["sigma"], *(options[name] for name in PARAMETERIZATIONS)]
    if options["mu"] is None or all(spread is None for spread in spreads):
        raise KlcliError(
            "samples need the Gaussian q that they were drawn from",
            "for example: klcli estimate z.csv --mu 0.3 --sigma 1.2",
        )
    q = posterior(options)
    return GaussianSamples(q, prior(options, q.dimension))


def _check_choice(given: list[str], gaussians: GaussianSamples | None) -> None:
    """Densities, their difference or samples: one of them."""
    columns = [flag for flag in given if flag != "--z"]
    if gaussians and columns:
        raise KlcliError(
            f"{columns[0]} names densities, and --mu a Gaussian that has them",
            f"leave out {columns[0]}, or all of --z, --mu and --sigma",
        )
    if "--log-ratio" in columns and len(columns) > 1:
        raise KlcliError(f"{columns[0]} and --log-ratio are given", "--log-ratio is log q - log p already")

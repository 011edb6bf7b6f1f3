"""``klcli estimate``: KL(q || p) from samples and not from parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from klcli.cli.estimating.inputs import inputs
from klcli.cli.estimating.run import run
from klcli.cli.help import Command, in_group
from klcli.cli.options.completing import files
from klcli.cli.options.gaussians import posterior, posterior_options, prior, prior_options
from klcli.cli.options.parallelism import engine, engine_options
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import UNITS, Unit
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.report import Report
from klcli.samples.gaussian_samples import GaussianSamples
from klcli.tables.log_ratio_columns import RatioColumns
from klcli.tables.ratio_blocks import RatioWork

_EPILOG = """\b
Examples:
  klcli estimate logprobs.csv
  klcli estimate rollouts.csv --log-q policy_logprob --log-p ref_logprob --json
  klcli estimate tokens.csv --group sequence_id
  klcli estimate weights.npy --log-ratio 1
  klcli estimate z.csv --mu 0.3 --sigma 1.2
  klcli estimate rollouts.npz
  klcli estimate --log-q policy.npy --log-p ref.npy --mask mask.npy
  klcli estimate rollouts/ --jobs 4
  cat logprobs.csv | klcli estimate - --unit bits

TABLE is CSV (commas, semicolons, tabs or blanks; with a header or without), NPY or JSON lines, also
packed by gzip; NPZ, Parquet, HDF5, safetensors or what torch.save writes; a folder of such files; - is
standard input. Without TABLE, --log-q and --log-p name files whose rows and tokens are the same. Every
row is one sample of q; where a row is a token of a sequence, --group adds them up: the KL of whole
sequences, and beside it the mean per token. Where a row has several numbers each is a token, and a
row a sequence; an array called mask says which tokens count.
Logarithms are natural ones. The status is 1 if the rows cannot be what they are said to be: k1 too
far below 0, the mean of p/q not 1, samples that are not of q.
"""


_of_columns = in_group("Columns")
_of_rows = in_group("Rows")


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("paths", metavar="TABLE...", shell_complete=files, nargs=-1)
@_of_columns(
    "--log-q",
    "--logq",
    metavar="COLUMN",
    help="With log q: its name, or its number from 1. Or the file with it.",
)
@_of_columns("--log-p", "--logp", metavar="COLUMN", help="With log p.")
@_of_columns("--log-ratio", metavar="COLUMN", help="Or one column with log q - log p.")
@_of_columns("--z", metavar="COLUMN,...", help="Or the samples themselves, with --mu and --sigma of q.")
@_of_columns(
    "--mask",
    metavar="FILE",
    shell_complete=files,
    help="Which tokens count, beside files with log q and log p.",
)
@_of_rows(
    "--group",
    metavar="COLUMN",
    help="Add up rows that follow each other with the same id: tokens of a sequence.",
)
@_of_rows(
    "--independent",
    is_flag=True,
    help="Every row, or with --group every group, is a sample of its own, whatever repeats.",
)
@_of_rows("--skip-missing", is_flag=True, help="Leave out rows in which a number is missing.")
@click.option("--unit", type=WordChoice(UNITS), default="nats", help="nats or bits; default nats.")
@posterior_options
@prior_options
@engine_options
@output_options
@plot_option
def estimate(
    settings: Settings,
    paths: tuple[str, ...],
    log_q: str | None,
    log_p: str | None,
    log_ratio: str | None,
    z: str | None,
    mask: str | None,
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
    gaussians = _gaussians(z, options)
    given = {"--log-q": log_q, "--log-p": log_p, "--log-ratio": log_ratio, "--z": z}
    _check_choice([flag for flag, name in given.items() if name is not None], gaussians)
    if gaussians and group is not None:
        raise KlcliError("--group adds up log densities, and these are samples", "leave --group out")
    found = inputs(paths, RatioColumns(log_q, log_p, log_ratio, z, gaussians), mask)
    work = RatioWork(found.columns, group, independent, skip_missing)
    return run(found, work, engine(options), unit, quiet=settings.quiet > 0), settings


def _gaussians(z: str | None, options: Mapping[str, Any]) -> tuple[Gaussian[Heads], Gaussian[Heads]] | None:
    """q and p, if any option names one, or if there are samples that need them."""
    spreads = [options["sigma"], *(options[name] for name in PARAMETERIZATIONS)]
    priors = [
        options["prior_mu"],
        options["prior_sigma"],
        *(options[f"prior_{name}"] for name in PARAMETERIZATIONS),
    ]
    if all(value is None for value in (z, options["mu"], *spreads, *priors)):
        return None
    if options["mu"] is None or all(spread is None for spread in spreads):
        raise KlcliError(
            "samples need the Gaussian q that they were drawn from",
            "for example: klcli estimate z.csv --mu 0.3 --sigma 1.2",
        )
    q = posterior(options)
    p = prior(options, q.dimension)
    GaussianSamples(q, p)  # which says what is wrong with them before any file is read
    return q, p


def _check_choice(given: list[str], gaussians: tuple[Gaussian[Heads], Gaussian[Heads]] | None) -> None:
    """DensityColumns, their difference or samples: one of them."""
    columns = [flag for flag in given if flag != "--z"]
    if gaussians and columns:
        raise KlcliError(
            f"{columns[0]} names densities, and --mu a Gaussian that has them",
            f"leave out {columns[0]}, or all of --z, --mu and --sigma",
        )
    if "--log-ratio" in columns and len(columns) > 1:
        raise KlcliError(f"{columns[0]} and --log-ratio are given", "--log-ratio is log q - log p already")

"""``klcli latents``: what the KL term did to a data set, from a table of its posteriors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from klcli.cli.help import Command, added, in_group
from klcli.cli.latents.inputs import inputs
from klcli.cli.latents.output_conflicts import check_outputs
from klcli.cli.latents.run import run
from klcli.cli.latents.summary_limits import LIMITS
from klcli.cli.options.completing import files
from klcli.cli.options.gaussians import prior_options
from klcli.cli.options.parallelism import engine_options
from klcli.cli.options.types import Nonnegative, Share, Whole
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.thresholds import ACTIVE_VARIANCE, COLLAPSED_KL, Thresholds
from klcli.report.report import Report
from klcli.witness.monte_carlo import DEFAULT_SEED

_EPILOG = """\b
Examples:
  klcli latents latents.npz
  klcli latents latents.npz --mean z_mean --logvar z_log_var
  klcli latents --mean mu.npy --logvar logvar.npy
  klcli latents posteriors.csv --marginal
  klcli latents runs/epoch-10/ --min-active 4 --max-kl 30
  klcli latents latents.npz --per-row kl.parquet --json
  klcli latents runs/ --engine dask --scheduler tcp://host:8786

A FILE has a row for each example and, in each row, the means and the spreads of its latents: NPZ or NPY,
CSV or TSV with columns such as mu_0, mu_1, ..., JSON lines, what torch.save or safetensors write, Parquet,
HDF5 or h5ad, a folder of such files, - for standard input.
Arrays are found by their names (mu, z_mean, loc, qzm; logvar, log_var, std, scale, qzv, ...), or are named.
Rows with NaN, infinite or impossible numbers are counted and named, and left out.
The status is 1 where a limit does not hold.
"""

_MOST_LATENTS = 1_000_000
"""More columns than any table has that is read."""
_of_arrays = in_group("Arrays")
_of_units = in_group("What counts")
_of_limits = in_group("Limits")


def _array_options(command: Any) -> Any:
    options = [_of_arrays("--mean", "--mu", metavar="NAME", help="The array, or the file, with the means.")]
    options += [
        _of_arrays(f"--{row.name}", metavar="NAME", help=f"The spreads, each {row.meaning}.", hidden=hidden)
        for row, hidden in ((row, row.name not in _SHOWN) for row in PARAMETERIZATIONS.values())
    ]
    return added(command, options)


_SHOWN = ("logvar", "var", "std", "logstd")
"""Readings whose options the help lists; the others work as well."""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("paths", metavar="FILE...", shell_complete=files, nargs=-1)
@_array_options
@prior_options
@click.option(
    "--prior-arrays", metavar="MEAN,SPREAD", help="Arrays with each example's own prior; same kind of spread."
)
@_of_units(
    "--active-variance",
    type=Nonnegative(),
    default=str(ACTIVE_VARIANCE),
    help="A latent is active if the variance of its means is above this; "
    f"default {ACTIVE_VARIANCE} prior variances.",
)
@_of_units(
    "--collapsed-kl",
    type=Nonnegative(),
    default=str(COLLAPSED_KL),
    help=f"It has collapsed if its KL is below; default {COLLAPSED_KL} nats.",
)
@_of_units(
    "--free-bits", type=Nonnegative(), default="0.5", help="Nats of each latent that are free; default 0.5."
)
@_of_units("--beta", type=Nonnegative(), help="The weight of the KL, for the list of other code's numbers.")
@_of_units("--marginal", is_flag=True, help="Estimate the marginal KL in a second pass, not only its bound.")
@_of_units(
    "--seed",
    # Seeds of 63 bits: all that a signed number of 64 bits has.
    type=Whole(0, 2**63, 1),
    default=DEFAULT_SEED,
    help=f"Of --marginal; default {DEFAULT_SEED}.",
)
@_of_limits(
    "--max-collapsed", type=Share(), help="The largest share of latents that may have collapsed, from 0 to 1."
)
@_of_limits("--min-active", type=Whole(0, _MOST_LATENTS, 4), help="The least number of active latents.")
@_of_limits("--max-kl", type=Nonnegative(), help="The largest mean KL per example, in nats.")
@_of_limits("--min-kl", type=Nonnegative(), help="The least mean KL per example, in nats.")
@click.option(
    "--per-row",
    metavar="FILE",
    shell_complete=files,
    help="Write the KL of every example: .csv, .npy or .parquet.",
)
@engine_options
@click.option("--full", is_flag=True, help="All latents in the table, not only 20.")
@output_options
@plot_option
def latents(
    settings: Settings,
    paths: tuple[str, ...],
    active_variance: float,
    collapsed_kl: float,
    **options: Any,
) -> tuple[Report, Settings]:
    """What the KL did to a data set: KL per example and per latent, active units, collapse.

    After training, a table of the posteriors' means and spreads says whether latents have collapsed to the
    prior, how many carry information, and which number of another paper compares with this one.
    """
    limits = {flag: options[flag.removeprefix("--").replace("-", "_")] for flag in LIMITS}
    given = inputs(paths, options["mean"], _heads(options))
    written = {"--per-row": options["per_row"], "--output": settings.output, "--plot": settings.plot}
    check_outputs([path for table in given.tables for path in table.paths], written)
    thresholds = Thresholds(active_variance, collapsed_kl)
    return run(given, thresholds, limits, options, quiet=settings.quiet > 0), settings


def _heads(options: Mapping[str, Any]) -> dict[str, str]:
    """The names that were given for the spreads, by their reading."""
    return {name: options[name] for name in PARAMETERIZATIONS if options[name] is not None}

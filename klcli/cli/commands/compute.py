"""``klcli compute``: a KL divergence and its witnesses."""

from __future__ import annotations

from typing import Any

import click

from klcli.cli.computing.computations import ComputationOptions, computed
from klcli.cli.computing.sampling import sampling_of
from klcli.cli.help import Command, in_group
from klcli.cli.options.completing import files
from klcli.cli.options.divergence_limits import limit_options, limits_of
from klcli.cli.options.gaussians import posterior_options, prior_options
from klcli.cli.options.matrices import any_posterior, any_prior, matrix_options
from klcli.cli.options.types import Positive, Whole
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.gaussian.divergence_result import UNITS
from klcli.report.report import Report
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, LEAST_SAMPLES, MOST_SAMPLES

_of_sampling = in_group("Sampling")

_EPILOG = """\b
Examples:
  klcli compute --mu 0.3 --sigma 1.2
  klcli compute --mu 0.3 --sigma 1.44 --param var
  klcli compute --mu 0.3,-1 --logvar 0.36,0.1 --prior-sigma 2
  klcli compute --mu 0.3,0.1 --cov '[[1.2, 0.3], [0.3, 0.9]]'
  klcli compute --mu 0 --cov @covariance.npy --prior-cov @prior.csv
  klcli compute --mu 0 --sigma 1.00000001 --digits 50 --steps none
  klcli compute --mu 0.3 --sigma 1.2 --reverse --unit bits --json
  klcli compute --mu 0.3 --sigma 1.2 --prior '0.3*N(-1, 0.1) + 0.7*N(1, 0.5)'
  klcli compute --mu 0.3,1 --sigma 1.2,1 --prior 't(3, loc=(0, 1))'
  klcli compute --mu 0.3 --sigma 1.2 --expect 0.0827 --max 0.1
  klcli compute --rows posteriors.csv --param var --json
  klcli compute --mu 0.3 --sigma 1.2 --compare-estimators
  klcli compute --mu 0.3 --sigma 1.2 --estimator stratified --target-se 1e-5

--prior takes N(mean, spread), with the spread read as --prior-param says (std by default);
a mixture of these; or a continuous distribution of scipy.stats with its parameters in scipy's
order. A list in brackets has a value for each dimension.

--rows has the columns mu, sigma, param, std, var, ..., prior-mu, ..., max, expect, tolerance and
name, as far as they are needed; options hold for all rows. The closed form is computed of each. A
row that cannot be read is named, the others are finished, and the status is 2.

The status is 1 if the closed form and a witness disagree (Monte Carlo: by more than 5 standard
errors), if --target-se was not reached, or if --max or --expect does not hold; 0 if they agree.
With --prior it is also 1 if nothing could be held against the value or there is none, and 0 if the
KL is infinite.
"""


@click.command(cls=Command, epilog=_EPILOG)
@posterior_options
@matrix_options
@prior_options
@in_group("Prior")(
    "--prior",
    metavar="TEXT",
    help="Another prior: a mixture, 'laplace(0, 1)', 't(3)', ...; see below.",
)
@click.option("--reverse", is_flag=True, help="Show KL(p || q) beside KL(q || p).")
@click.option("--unit", type=WordChoice(UNITS), default="nats", help="nats or bits; default nats.")
@_of_sampling(
    "--samples",
    type=Whole(LEAST_SAMPLES, MOST_SAMPLES, DEFAULT_SAMPLES),
    help="Draws; default 1e6, fewer for large matrices.",
)
# Seeds of 63 bits: all that a signed number of 64 bits has.
@_of_sampling("--seed", type=Whole(0, 2**63, 1), default=DEFAULT_SEED, help=f"Default {DEFAULT_SEED}.")
@_of_sampling(
    "--estimator",
    type=WordChoice(tuple(ESTIMATORS)),
    default=DEFAULT_ESTIMATOR,
    help=f"{', '.join(ESTIMATORS)}; default {DEFAULT_ESTIMATOR}.",
)
@_of_sampling("--compare-estimators", is_flag=True, help="Show all estimators side by side.")
@_of_sampling(
    "--target-se",
    type=Positive(),
    help="Sample until the standard error is so small; at most --samples, by default 1e9.",
)
# A thousand digits take a fraction of a second.
@click.option("--digits", type=Whole(1, 1000, 50), help="Closed form to that many significant digits.")
@click.option(
    "--steps",
    type=WordChoice(("full", "short", "none")),
    default="short",
    help="full, short or none; default short. All of them: klcli derive.",
)
@limit_options
@click.option(
    "--rows",
    metavar="FILE",
    shell_complete=files,
    help="One KL for every row of CSV or JSON lines with the columns mu, sigma, ...",
)
@output_options
@plot_option
def compute(settings: Settings, **options: Any) -> tuple[Report, Settings]:
    """Compute KL(q || p) of Gaussians in closed form, by integration and by sampling.

    q = N(mu, sigma^2) is the posterior, p the prior, by default N(0, 1). Comma-separated lists are the
    dimensions of a diagonal Gaussian; their KL is the sum. --cov and its kin give a full covariance. Lists
    and matrices can be read from @file.npy and @file.csv.
    """
    limits = {name: options.pop(name) for name in ("max", "expect", "tolerance")}
    if options["rows"] is not None:
        from klcli.cli.computing.rows import computed_rows

        return computed_rows(options, limits), settings
    bare = settings.quiet > 0
    asked = ComputationOptions(
        options["unit"],
        sampling_of(options, quiet=bare),
        digits=options["digits"],
        steps="none" if bare else options["steps"],
        reverse=options["reverse"],
        compare=options["compare_estimators"],
        limits=limits_of(limits),
    )
    q = any_posterior(options)
    if options["prior"] is None:
        return computed(q, any_prior(options, q.dimension), asked), settings
    from klcli.cli.computing.other_priors import computed_against

    return computed_against(q, options["prior"], options, asked), settings

"""``klcli compute``: a KL divergence and its witnesses."""

from __future__ import annotations

from typing import Any

import click

from klcli.cli.gaussians import posterior_options, prior_options
from klcli.cli.matrices import any_posterior, any_prior, matrix_options
from klcli.cli.output import Settings, output_options
from klcli.cli.progress import progress
from klcli.cli.sampling import Sampling
from klcli.cli.types import Choice, Positive, Whole
from klcli.gaussian.derivation import derive
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import UNITS, Unit, divergence_digits
from klcli.gaussian.estimation import DEFAULT_SEED, LEAST_SAMPLES, MOST_SAMPLES
from klcli.gaussian.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.gaussian.multivariate.distribution import MultivariateGaussian, multivariate
from klcli.report.compute import compute_report
from klcli.report.report import Report

__all__ = ["compute"]

_EPILOG = """\b
Examples:
  klcli compute --mu 0.3 --sigma 1.2
  klcli compute --mu 0.3 --sigma 1.44 --param var
  klcli compute --mu 0.3,-1 --logvar 0.36,0.1 --prior-sigma 2
  klcli compute --mu 0.3,0.1 --cov '[[1.2, 0.3], [0.3, 0.9]]'
  klcli compute --mu 0 --cov @covariance.npy --prior-cov @prior.csv
  klcli compute --mu 0 --sigma 1.00000001 --digits 50 --steps none
  klcli compute --mu 0.3 --sigma 1.2 --reverse --unit bits --json
  klcli compute --mu 0.3 --sigma 1.2 --compare-estimators
  klcli compute --mu 0.3 --sigma 1.2 --estimator stratified --target-se 1e-5

\b
The status is 1 if the closed form and a witness disagree (Monte Carlo: by more than
5 standard errors), or if --target-se was not reached; and 0 if they agree.
"""


@click.command(epilog=_EPILOG)
@posterior_options
@matrix_options
@prior_options
@click.option("--reverse", is_flag=True, help="Show KL(p || q) beside KL(q || p).")
@click.option("--unit", type=Choice(UNITS), default="nats", help="nats or bits; default nats.")
@click.option(
    "--samples",
    type=Whole(LEAST_SAMPLES, MOST_SAMPLES),
    help="Draws; default 1e6, fewer for large matrices.",
)
@click.option("--seed", type=Whole(0, 2**63), default=DEFAULT_SEED, help=f"Default {DEFAULT_SEED}.")
@click.option(
    "--estimator",
    type=Choice(tuple(ESTIMATORS)),
    default=DEFAULT_ESTIMATOR,
    help=f"{', '.join(ESTIMATORS)}; default {DEFAULT_ESTIMATOR}.",
)
@click.option("--compare-estimators", is_flag=True, help="Show all estimators side by side.")
@click.option(
    "--target-se",
    type=Positive(),
    help="Sample until the standard error is so small; at most --samples, by default 1e9.",
)
@click.option("--digits", type=Whole(1, 1000), help="Closed form to that many significant digits.")
@click.option("--steps", type=Choice(("full", "short", "none")), default="full", help="Default full.")
@output_options
@click.pass_obj
def compute(
    outer: Settings,
    /,
    settings: Settings,
    reverse: bool,
    unit: Unit,
    samples: int | None,
    seed: int,
    estimator: str,
    compare_estimators: bool,
    target_se: float | None,
    digits: int | None,
    steps: str,
    **options: Any,
) -> tuple[Report, Settings]:
    """Compute KL(q || p) of Gaussians in closed form, by integration and by sampling.

    q = N(mu, sigma^2) is the posterior, p the prior, by default N(0, 1). Comma-separated lists are the
    dimensions of a diagonal Gaussian; their KL is the sum. --cov and its kin give a full covariance. Lists
    and matrices can be read from @file.npy and @file.csv.
    """
    settings = settings.over(outer)
    q = any_posterior(options)
    p = any_prior(options, q.dimension)
    if not (isinstance(q, Gaussian) and isinstance(p, Gaussian)):
        q, p = multivariate(q), multivariate(p)
        return _with_matrices(q, p, unit, samples, seed, digits, settings, reverse=reverse), settings
    sampling = Sampling(unit, seed, estimator, samples, target_se, settings.quiet > 0)
    forward = sampling.examined(q, p)
    backward = sampling.examined(p, q) if reverse else None
    derivation = None if steps == "none" else derive(q, p, unit)
    report = compute_report(
        q,
        p,
        unit,
        forward,
        backward=backward,
        derivation=derivation.short() if derivation and steps == "short" else derivation,
        digits=None if digits is None else divergence_digits(q, p, digits, unit),
        estimators=sampling.compared(q, p) if compare_estimators else (),
        estimators_backward=sampling.compared(p, q) if compare_estimators and reverse else (),
    )
    return report, settings


def _with_matrices(
    q: MultivariateGaussian,
    p: MultivariateGaussian,
    unit: Unit,
    samples: int | None,
    seed: int,
    digits: int | None,
    settings: Settings,
    *,
    reverse: bool,
) -> Report:
    """The report for full covariances."""
    from klcli.gaussian.multivariate.agreement import default_samples, examine
    from klcli.gaussian.multivariate.divergence import divergence, divergence_digits
    from klcli.report.covariance import covariance_report

    draws = default_samples(q.dimension) if samples is None else samples
    with progress(draws * (1 + reverse), "Monte Carlo", quiet=settings.quiet > 0) as advance:
        forward = examine(q, p, unit=unit, samples=draws, seed=seed, progress=advance)
        backward = examine(p, q, unit=unit, samples=draws, seed=seed, progress=advance) if reverse else None
    independent = q.without_correlations()
    return covariance_report(
        q,
        p,
        unit,
        forward,
        backward=backward,
        diagonal=divergence(independent, p, unit).value if independent else None,
        digits=None if digits is None else divergence_digits(q, p, digits, unit),
    )

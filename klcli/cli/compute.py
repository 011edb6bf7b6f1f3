"""``klcli compute``: a KL divergence and its witnesses."""

from __future__ import annotations

from typing import Any

import click

from klcli.cli.gaussians import posterior, posterior_options, prior, prior_options
from klcli.cli.output import Settings, output_options
from klcli.cli.progress import progress
from klcli.cli.types import Choice, Whole
from klcli.gaussian.agreement import examine
from klcli.gaussian.derivation import derive
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import UNITS, Unit, divergence_digits
from klcli.gaussian.estimation import DEFAULT_SAMPLES, DEFAULT_SEED, LEAST_SAMPLES, MOST_SAMPLES
from klcli.report.compute import compute_report
from klcli.report.report import Report

__all__ = ["compute"]

_EPILOG = """\b
Examples:
  klcli compute --mu 0.3 --sigma 1.2
  klcli compute --mu 0.3 --sigma 1.44 --param var
  klcli compute --mu 0.3,-1 --logvar 0.36,0.1 --prior-sigma 2
  klcli compute --mu 0 --sigma 1.00000001 --digits 50 --steps none
  klcli compute --mu 0.3 --sigma 1.2 --reverse --unit bits --json
  klcli compute --mu 0.3 --sigma 1.2 --prior '0.3*N(-1, 0.1) + 0.7*N(1, 0.5)'
  klcli compute --mu 0.3,1 --sigma 1.2,1 --prior 't(3, loc=(0, 1))'

\b
--prior takes N(mean, spread), with the spread read as --prior-param says (std by default);
a mixture of these; or a continuous distribution of scipy.stats with its parameters in scipy's
order. A list in brackets has a value for each dimension.

\b
The status is 1 if the closed form and a witness disagree (Monte Carlo: by more than
5 standard errors), and 0 if they agree. With --prior it is also 1 if nothing could be held
against the value or there is none, and 0 if the KL is infinite.
"""


@click.command(epilog=_EPILOG)
@posterior_options
@prior_options
@click.option(
    "--prior",
    "prior_text",
    metavar="TEXT",
    help="Another prior: a mixture, 'laplace(0, 1)', 't(3)', ...; see below.",
)
@click.option("--reverse", is_flag=True, help="Show KL(p || q) beside KL(q || p).")
@click.option("--unit", type=Choice(UNITS), default="nats", help="nats or bits; default nats.")
@click.option(
    "--samples", type=Whole(LEAST_SAMPLES, MOST_SAMPLES), default=DEFAULT_SAMPLES, help="Draws; default 1e6."
)
@click.option("--seed", type=Whole(0, 2**63), default=DEFAULT_SEED, help=f"Default {DEFAULT_SEED}.")
@click.option("--digits", type=Whole(1, 1000), help="Closed form to that many significant digits.")
@click.option("--steps", type=Choice(("full", "short", "none")), default="full", help="Default full.")
@output_options
@click.pass_obj
def compute(
    outer: Settings,
    /,
    settings: Settings,
    prior_text: str | None,
    reverse: bool,
    unit: Unit,
    samples: int,
    seed: int,
    digits: int | None,
    steps: str,
    **options: Any,
) -> tuple[Report, Settings]:
    """Compute KL(q || p) of Gaussians in closed form, by integration and by sampling.

    q = N(mu, sigma^2) is the posterior, p the prior, by default N(0, 1). Comma-separated lists are the
    dimensions of a diagonal Gaussian; their KL is the sum.
    """
    settings = settings.over(outer)
    q = posterior(options)
    if prior_text is None:
        p = prior(options, q.dimension)
    else:
        from klcli.cli.other_priors import compute_other_prior, given_prior

        given = given_prior(prior_text, options, q.dimension)
        if not isinstance(given, Gaussian):
            return compute_other_prior(
                q,
                given,
                unit=unit,
                samples=samples,
                seed=seed,
                steps=steps != "none",
                quiet=settings.quiet > 0,
                reverse=reverse,
                digits=digits,
            ), settings
        p = given
    draws = samples * q.dimension * (1 + reverse)
    with progress(draws, "Monte Carlo", quiet=settings.quiet > 0) as advance:
        forward = examine(q, p, unit=unit, samples=samples, seed=seed, progress=advance)
        backward = examine(p, q, unit=unit, samples=samples, seed=seed, progress=advance) if reverse else None
    derivation = None if steps == "none" else derive(q, p, unit)
    report = compute_report(
        q,
        p,
        unit,
        forward,
        backward=backward,
        derivation=derivation.short() if derivation and steps == "short" else derivation,
        digits=None if digits is None else divergence_digits(q, p, digits, unit),
    )
    return report, settings

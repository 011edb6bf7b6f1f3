"""``klcli compare``: the formulas met online, beside the truth."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from klcli.cli.help import Command, in_group
from klcli.cli.options.gaussians import prior_options
from klcli.cli.options.matrices import matrix_options
from klcli.cli.options.types import NumbersType, Reading, Whole
from klcli.cli.output import Settings, output_options
from klcli.cli.plotting import plot_option
from klcli.cli.progress import progress
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.report import Report
from klcli.witness.examination import Examination, examine
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, LEAST_SAMPLES, MOST_SAMPLES

_of_posterior, _of_sampling = in_group("Posterior"), in_group("Sampling")

_EPILOG = """\b
Examples:
  klcli compare
  klcli compare --param var
  klcli compare --param logvar --expect C -qq
  klcli compare --param std --all --mu 0 --sigma 0.5
  klcli compare --param logstd --formula 'mine=-0.5*(1 + s - mu**2 - exp(2*s))'
  klcli compare --param var --plot penalty.svg
  klcli compare --param var --mu 0.3,0.1 --cov '[[1.2, 0.3], [0.3, 0.9]]'
  klcli compare --param std --mu 0.3 --sigma 1.2 --prior-mu 1 --prior-sigma 2

-q prints the names of the formulas that are exact. The status is 1 if --expect names a
formula that is not exact under the reading, or if the true KL at the point and its Monte
Carlo estimate contradict each other, and 0 otherwise.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--param",
    type=Reading(),
    help=f"What the head s means: {', '.join(PARAMETERIZATIONS)}. Without it, when each formula is right.",
)
@_of_posterior("--mu", type=NumbersType(), help="Mean at which values are compared; default 0.3.")
@_of_posterior(
    "--sigma",
    type=NumbersType(),
    help="Its standard deviation; default 1.2 where it can be. Lists are latents.",
)
@matrix_options
@prior_options
@click.option(
    "--formula", "formulas", multiple=True, metavar="NAME=TEXT", help="One more formula of mu and s."
)
@click.option("--all", "every", is_flag=True, help="Every formula under every reading.")
@click.option("--full", is_flag=True, help="Every number and the picture, not only what fits a screen.")
@click.option("--expect", metavar="NAME", help="Status 1 unless this formula is exact under the reading.")
@_of_sampling(
    "--samples",
    type=Whole(LEAST_SAMPLES, MOST_SAMPLES, DEFAULT_SAMPLES),
    default=DEFAULT_SAMPLES,
    help="Draws; default 1e6.",
)
# Seeds of 63 bits: all that a signed number of 64 bits has.
@_of_sampling("--seed", type=Whole(0, 2**63, 1), default=DEFAULT_SEED, help=f"Default {DEFAULT_SEED}.")
@output_options
@plot_option
def compare(
    settings: Settings,
    param: str | None,
    mu: tuple[Fraction, ...] | None,
    sigma: tuple[Fraction, ...] | None,
    formulas: tuple[str, ...],
    every: bool,
    full: bool,
    expect: str | None,
    samples: int,
    seed: int,
    **options: Any,
) -> tuple[Report, Settings]:
    """Say which of the KL formulas met online is right when the head is a variance, a log-variance, ...

    Without --param: when each is right. With it, each is judged under that reading: whether it is
    KL(q || N(0, 1)), a multiple of it, the KL to another prior, or none; what it is worth at a point; where
    its minimum lies and how it bends there. With several latents, a covariance matrix or another prior,
    what it is worth beside the KL that these have is shown, too.
    """
    if param is None:
        from klcli.cli.comparing.overview import overview

        other = {"formula": formulas, "expect": expect, "plot": settings.plot, **options}
        return overview(mu, sigma, other, every=every), settings
    from klcli.cli.comparing.one_reading import ComparisonOptions, compared
    from klcli.cli.comparing.points import point_of

    def examined(q: Gaussian[Heads]) -> Examination:
        with progress(samples, "Monte Carlo", quiet=settings.quiet > 0) as advance:
            return examine(q, Gaussian.from_head(0, 1), samples=samples, seed=seed, progress=advance)

    reading = PARAMETERIZATIONS[param]
    point = point_of(reading, mu, sigma, options)
    asked = ComparisonOptions(formulas, every, expect, options, full=full)
    return compared(reading, point, asked, examined), settings

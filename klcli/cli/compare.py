"""``klcli compare``: the formulas met online, beside the truth."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from pathlib import Path

import click

from klcli.cli.output import Settings, output_options
from klcli.cli.progress import progress
from klcli.cli.types import Choice, Numbers, Whole
from klcli.errors import KlcliError
from klcli.formula.tree import Tree
from klcli.gaussian.agreement import examine
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.estimation.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, LEAST_SAMPLES, MOST_SAMPLES
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.report import Report

__all__ = ["compare"]

_NAME = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]{0,19})\s*=(?!=)(.*)\Z", re.DOTALL)

_EPILOG = """\b
Examples:
  klcli compare --param var
  klcli compare --param logvar --expect C -qq
  klcli compare --param std --all --mu 0 --sigma 0.5
  klcli compare --param logstd --formula 'mine=-0.5*(1 + s - mu**2 - exp(2*s))'
  klcli compare --param var --plot penalty.png

\b
-q prints the names of the formulas that are exact. The status is 1 if --expect names a
formula that is not exact under the reading, or if the true KL at the point and its Monte
Carlo estimate contradict each other, and 0 otherwise.
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--param",
    type=Choice(tuple(PARAMETERIZATIONS)),
    required=True,
    help=f"What the head s means: {', '.join(PARAMETERIZATIONS)}.",
)
@click.option("--mu", type=Numbers(), default="0.3", help="Mean at which values are compared; default 0.3.")
@click.option("--sigma", type=Numbers(), default="1.2", help="Its standard deviation; default 1.2.")
@click.option(
    "--formula", "formulas", multiple=True, metavar="NAME=TEXT", help="One more formula of mu and s."
)
@click.option("--all", "every", is_flag=True, help="Every formula under every reading.")
@click.option("--expect", metavar="NAME", help="Status 1 unless this formula is exact under the reading.")
@click.option("--plot", metavar="FILE", help="Draw penalty against sigma into FILE.png or FILE.svg.")
@click.option(
    "--samples", type=Whole(LEAST_SAMPLES, MOST_SAMPLES), default=DEFAULT_SAMPLES, help="Draws; default 1e6."
)
@click.option("--seed", type=Whole(0, 2**63), default=DEFAULT_SEED, help=f"Default {DEFAULT_SEED}.")
@output_options
@click.pass_obj
def compare(
    outer: Settings,
    /,
    settings: Settings,
    param: str,
    mu: tuple[Fraction, ...],
    sigma: tuple[Fraction, ...],
    formulas: tuple[str, ...],
    every: bool,
    expect: str | None,
    plot: str | None,
    samples: int,
    seed: int,
) -> tuple[Report, Settings]:
    """Say which of the KL formulas met online is right when the head is a variance, a log-variance, ...

    Each is judged under the reading that --param gives: whether it is KL(q || N(0, 1)), a multiple of it,
    the KL to another prior, or none; what it is worth at a point; where its minimum lies and how it bends
    there.
    """
    from klcli.formula.syntax import nearest
    from klcli.judge.comparison import FORMULAS, compare, matrix
    from klcli.report.compare import compare_report, penalty_plot

    settings = settings.over(outer)
    reading = PARAMETERIZATIONS[param]
    mean, spread = _one(mu, "--mu"), _one(sigma, "--sigma")
    q = Gaussian.from_head(mean, spread)
    chosen = {**FORMULAS, **_named(formulas, taken=FORMULAS)}
    if expect is not None and expect not in chosen:
        hint = nearest(expect.upper(), chosen) or nearest(expect, chosen) or f"one of: {', '.join(chosen)}"
        raise KlcliError(f"--expect {expect}: there is no such formula", hint)
    judged = compare(chosen, reading, mean, spread)
    with progress(samples, "Monte Carlo", quiet=settings.quiet > 0) as advance:
        truth = examine(q, Gaussian.from_head(0, 1), samples=samples, seed=seed, progress=advance)
    report = compare_report(
        reading,
        mean,
        spread,
        judged,
        truth,
        table=matrix(chosen, mean, spread) if every else (),
        expect=expect,
        picture=sys.stdout.isatty(),
    )
    if plot:
        from klcli.render.image import write

        write(penalty_plot(report.data), Path(plot))
    return report, settings


def _one(values: tuple[Fraction, ...], flag: str) -> Fraction:
    if len(values) != 1:
        raise KlcliError(
            f"{flag} takes one number here, got {len(values)}", "a decimal point is '.', for example 0.3"
        )
    return values[0]


def _named(texts: tuple[str, ...], taken: object) -> dict[str, Tree]:
    """The formulas given as NAME=TEXT."""
    from klcli.formula.program import read

    found: dict[str, Tree] = {}
    for text in texts:
        match = _NAME.match(text)
        if not match:
            raise KlcliError(
                f"--formula takes NAME=TEXT, got {text[:60]!r}",
                "for example 'mine=-1/2 (1 + s - mu^2 - e^s)'",
            )
        name = match[1]
        if name in found or name in taken or name == "KL":  # type: ignore[operator]
            raise KlcliError(f"there is a formula {name} already", "give it another name")
        found[name] = read(match[2])
    return found

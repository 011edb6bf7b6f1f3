"""``klcli compare``: the formulas met online, beside the truth."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isinf
from typing import Any

import click

from klcli.cli.gaussians import posterior, prior_options
from klcli.cli.help import Command, in_group
from klcli.cli.matrices import any_posterior, any_prior, matrix_options
from klcli.cli.output import Settings, output_options
from klcli.cli.progress import progress
from klcli.cli.types import Numbers, Reading, Whole
from klcli.cli.writing import save
from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text
from klcli.formula.program import Program, read_program
from klcli.formula.tree import Tree
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.multivariate.distribution import FORMS, MultivariateGaussian, multivariate
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.latents import Latents, over_latents
from klcli.judge.scaled_kl import STANDARD, FixedPrior
from klcli.patterns import regex
from klcli.report.matrix_wording import gaussian_words
from klcli.report.report import Report
from klcli.values import dataclass
from klcli.witness.examination import examine
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, LEAST_SAMPLES, MOST_SAMPLES

__all__ = ["compare"]

_NAME = regex(r"\s*([A-Za-z][A-Za-z0-9_-]{0,19})\s*=(?!=)(.*)\Z", re.DOTALL)

_TYPICAL = Fraction("1.2")
"""The standard deviation at which values are compared, where a reading reaches it."""

_of_posterior, _of_sampling = in_group("Posterior"), in_group("Sampling")

_EPILOG = """\b
Examples:
  klcli compare
  klcli compare --param var
  klcli compare --param logvar --expect C -qq
  klcli compare --param std --all --mu 0 --sigma 0.5
  klcli compare --param logstd --formula 'mine=-0.5*(1 + s - mu**2 - exp(2*s))'
  klcli compare --param var --plot penalty.png
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
@_of_posterior("--mu", type=Numbers(), help="Mean at which values are compared; default 0.3.")
@_of_posterior(
    "--sigma",
    type=Numbers(),
    help="Its standard deviation; default 1.2 where it can be. Lists are latents.",
)
@matrix_options
@prior_options
@click.option(
    "--formula", "formulas", multiple=True, metavar="NAME=TEXT", help="One more formula of mu and s."
)
@click.option("--all", "every", is_flag=True, help="Every formula under every reading.")
@click.option("--expect", metavar="NAME", help="Status 1 unless this formula is exact under the reading.")
@click.option("--plot", metavar="FILE", help="Draw penalty against sigma into FILE.png or FILE.svg.")
@_of_sampling(
    "--samples", type=Whole(LEAST_SAMPLES, MOST_SAMPLES), default=DEFAULT_SAMPLES, help="Draws; default 1e6."
)
@_of_sampling("--seed", type=Whole(0, 2**63), default=DEFAULT_SEED, help=f"Default {DEFAULT_SEED}.")
@output_options
@click.pass_obj
def compare(
    outer: Settings,
    /,
    settings: Settings,
    param: str | None,
    mu: tuple[Fraction, ...] | None,
    sigma: tuple[Fraction, ...] | None,
    formulas: tuple[str, ...],
    every: bool,
    expect: str | None,
    plot: str | None,
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
    from klcli.formula.read.syntax import nearest
    from klcli.judge.comparison import FORMULAS, compare, is_exact, matrix
    from klcli.report.compare import compare_report, penalty_plot

    settings = settings.over(outer)
    if param is None:
        from klcli.cli.overview import overview

        other = {"formula": formulas, "expect": expect, "plot": plot, **options}
        return overview(mu, sigma, other, every=every), settings
    reading = PARAMETERIZATIONS[param]
    whole = _posterior(reading, mu, sigma, options)
    _check_reached(whole.deviations, reading)
    mean, spread = whole.mean[0], whole.deviations[0]
    q = Gaussian.from_head(mean, spread)
    programs = _named(formulas, taken=FORMULAS)
    chosen = {**FORMULAS, **{name: program.tree for name, program in programs.items()}}
    if expect is not None and expect not in chosen:
        hint = nearest(expect.upper(), chosen) or nearest(expect, chosen) or f"one of: {', '.join(chosen)}"
        raise KlcliError(f"--expect {expect}: there is no such formula", hint)
    holds = None
    if expect is not None:
        whole_line = programs.get(expect) or Program(expect, "math", chosen[expect], chosen[expect])
        holds = is_exact(whole_line, reading, _fixed_prior(options))
    judged = compare(chosen, reading, mean, spread, programs)
    gaussian = {one.name: one.formula for one in judged if one.is_of_gaussians}
    with progress(samples, "Monte Carlo", quiet=settings.quiet > 0) as advance:
        truth = examine(q, Gaussian.from_head(0, 1), samples=samples, seed=seed, progress=advance)
    report = compare_report(
        reading,
        mean,
        spread,
        judged,
        truth,
        table=matrix(gaussian, mean, spread) if every else (),
        expect=expect,
        expectation_holds=holds,
        latents=_latents(gaussian, reading, whole, options),
        picture=sys.stdout.isatty(),
    )
    if plot:
        from klcli.render.image import drawn

        save(plot, drawn(penalty_plot(judged, reading, mean), plot), "--plot")
    return report, settings


def _check_reached(deviations: Iterable[Fraction], reading: Parameterization) -> None:
    """Check that some head stands for every standard deviation.

    Raises:
        KlcliError: none does, under the reading.
    """
    for sigma in deviations:
        if not reading.reaches(sigma):
            raise KlcliError(
                f"no head stands for sigma = {decimal_text(sigma)} when it is {reading.meaning}",
                f"under this reading {reading.range_text()}; give --sigma",
            )


@dataclass(frozen=True, slots=True)
class _Posterior:
    """What was typed of the posterior: its Gaussian, and mean and standard deviation of each latent."""

    gaussian: Gaussian | MultivariateGaussian
    mean: tuple[Fraction, ...]
    deviations: tuple[Fraction, ...]


def _posterior(
    reading: Parameterization,
    mu: tuple[Fraction, ...] | None,
    sigma: tuple[Fraction, ...] | None,
    options: Mapping[str, Any],
) -> _Posterior:
    typed = {**dict.fromkeys(PARAMETERIZATIONS), **options, "param": None, "sigma": sigma}
    given = any(options[form.replace("-", "_")] is not None for form in FORMS)
    mean = mu or (Fraction("0.3"),)
    if not given:
        spread = sigma or (_TYPICAL if reading.reaches(_TYPICAL) else reading.within(Fraction(1)),)
        size = max(len(mean), len(spread))
        typed |= {"mu": mean * size if len(mean) == 1 else mean}
        typed |= {"sigma": spread * size if len(spread) == 1 else spread}
        independent = posterior(typed)
        return _Posterior(independent, independent.mean, independent.head)
    q = any_posterior(typed | {"mu": mean})
    deviations = q.head if isinstance(q, Gaussian) else q.deviations()
    return _Posterior(q, q.mean, deviations)


def _latents(
    formulas: Mapping[str, Tree], reading: Parameterization, q: _Posterior, options: Mapping[str, Any]
) -> Latents | None:
    """The formulas over all latents; None for one latent with the prior N(0, 1)."""
    plain = all(value is None for name, value in options.items() if name.startswith("prior_"))
    size = len(q.mean)
    if plain and size == 1 and isinstance(q.gaussian, Gaussian):
        return None
    p = any_prior(options, size)
    if isinstance(q.gaussian, Gaussian) and isinstance(p, Gaussian):
        truth = divergence(q.gaussian, p).value
    else:
        from klcli.gaussian.multivariate.divergence import divergence as matrix_divergence

        truth = matrix_divergence(multivariate(q.gaussian), multivariate(p)).value
    if isinf(truth):
        raise KlcliError(
            "the KL of this posterior is infinite: its covariance is singular", "see klcli compute"
        )
    latents = list(zip(q.mean, q.deviations, strict=True))
    words = (gaussian_words(q.gaussian, "q"), gaussian_words(p, "p"))
    return Latents(size, *words, truth, over_latents(formulas, reading, latents, truth))


def _fixed_prior(options: Mapping[str, Any]) -> FixedPrior:
    """The prior of every latent, to which a formula of one latent is held.

    Raises:
        KlcliError: the latents have several priors, or one with correlations.
    """
    if all(value is None for name, value in options.items() if name.startswith("prior_")):
        return STANDARD
    p = any_prior(options, 1)
    variances = {"std": lambda head: head**2, "var": lambda head: head, "precision": lambda head: 1 / head}
    if not isinstance(p, Gaussian) or p.parameterization.name not in variances:
        raise KlcliError(
            "--expect holds a formula to one prior of all latents, whose variance is a number",
            "for example --prior-mu 1 --prior-sigma 2",
        )
    return FixedPrior(p.mean[0], variances[p.parameterization.name](p.head[0]))


def _named(texts: tuple[str, ...], taken: object) -> dict[str, Program]:
    """The formulas given as NAME=TEXT."""
    found: dict[str, Program] = {}
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
        found[name] = read_program(match[2])
    return found

"""``klcli compute --prior``: the prior that a text names, and the computation if it is no Gaussian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from klcli.cli.progress import progress
from klcli.errors import KlcliError
from klcli.gaussian.appraisal import appraise
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.gaussian.priors import OtherPrior, read_prior
from klcli.report.other_prior import other_prior_report
from klcli.report.report import Report

__all__ = ["compute_other_prior", "given_prior"]

_NEEDS_GAUSSIAN = {
    "reverse": "KL(p || q) needs draws from p, which klcli makes of Gaussians only",
    "digits": "digits beyond a double are known of the closed form of Gaussians only",
}


def given_prior(text: str, options: Mapping[str, Any], dimension: int) -> Gaussian | OtherPrior:
    """The prior that ``--prior`` names.

    Raises:
        KlcliError: the text is no prior, or other options name a prior, too.
    """
    others = ("mu", "sigma", *PARAMETERIZATIONS)
    twice = [f"--prior-{name}" for name in others if options[f"prior_{name}"] is not None]
    if twice:
        raise KlcliError(f"--prior and {twice[0]} both name the prior", f"leave {twice[0]} out")
    return read_prior(text, options["prior_param"], dimension)


def compute_other_prior(
    q: Gaussian,
    prior: OtherPrior,
    *,
    unit: Unit,
    samples: int,
    seed: int,
    steps: bool,
    quiet: bool,
    **refused: object,
) -> Report:
    """The report for a prior that is no Gaussian.

    Raises:
        KlcliError: an option was given that needs a Gaussian prior, or a value is beyond the doubles.
    """
    for name, value in refused.items():
        if value:
            raise KlcliError(
                f"--{name} needs a Gaussian prior: {_NEEDS_GAUSSIAN[name]}", f"leave --{name} out"
            )
    draws = samples if prior.spread else samples * q.dimension
    with progress(draws, "Monte Carlo", quiet=quiet) as advance:
        found = appraise(q, prior.distribution, unit=unit, samples=samples, seed=seed, progress=advance)
    return other_prior_report(q, prior, unit, found, steps=steps)

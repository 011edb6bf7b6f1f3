"""``klcli compute --prior``: the prior that a text names, and the computation if it is no Gaussian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from klcli.cli.computing.computations import ComputationOptions, computed
from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior
from klcli.report.report import Report
from klcli.witness.estimators import ESTIMATORS

_NEEDS_GAUSSIAN = {
    "reverse": "KL(p || q) needs draws from p, which klcli makes of Gaussians only",
    "digits": "digits beyond a double are known of the closed form of Gaussians only",
    "compare-estimators": "what the estimators find is held against a closed form",
    "target-se": "what is known of the tails of log p is too little to stop by",
}


def given_prior(text: str, options: Mapping[str, Any], dimension: int) -> Gaussian[Heads] | OtherPrior:
    """The prior that ``--prior`` names.

    Args:
        text: as it was typed.
        options: all options of the command by name.
        dimension: of the posterior.

    Raises:
        KlcliError: the text is no prior, or other options name a prior, too.
    """
    others = ("mu", "sigma", *PARAMETERIZATIONS)
    twice = [f"--prior-{name}" for name in others if options[f"prior_{name}"] is not None]
    if twice:
        raise KlcliError(f"--prior and {twice[0]} both name the prior", f"leave {twice[0]} out")
    return read_prior(text, options["prior_param"], dimension)


def computed_against(
    q: AnyGaussian, text: str, options: Mapping[str, Any], asked: ComputationOptions
) -> Report:
    """The report of KL(q || p) for the prior that ``--prior`` names.

    Args:
        q: the posterior.
        text: of the prior, as it was typed.
        options: all options of the command by name.
        asked: what is wanted of both.

    Raises:
        KlcliError: it is no prior, or an option was given that needs a Gaussian one.
    """
    p = given_prior(text, options, q.dimension)
    if isinstance(p, Gaussian):
        return computed(q, p, asked)
    if not has_heads(q):
        raise KlcliError(
            "--prior takes a posterior with independent dimensions here", "for example --sigma 1.2,0.9"
        )
    refused = {
        "reverse": asked.reverse,
        "digits": asked.digits,
        "compare-estimators": asked.compare,
        "target-se": asked.sampling.target,
    }
    for name, value in refused.items():
        if value:
            raise KlcliError(
                f"--{name} needs a Gaussian prior: {_NEEDS_GAUSSIAN[name]}", f"leave --{name} out"
            )
    sampling = asked.sampling
    if not ESTIMATORS[sampling.estimator].serves_any_prior:
        raise KlcliError(
            f"--estimator {sampling.estimator} needs the moments of p/q for its error bar",
            f"one of: {', '.join(row.name for row in ESTIMATORS.values() if row.serves_any_prior)}",
        )
    return computed(q, p, asked)

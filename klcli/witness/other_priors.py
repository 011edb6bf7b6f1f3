"""Priors that are no Gaussians: mixtures, and distributions of scipy.stats in independent dimensions.

There is a closed form for few of them. An integral exists in one dimension and where the dimensions are
independent, Monte Carlo always, bounds for mixtures.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isinf

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm
from klcli.gaussian.heads import Heads
from klcli.gaussian.priors.bounds import mixture_bounds
from klcli.gaussian.priors.breakpoints import features
from klcli.gaussian.priors.closed_forms import known_value
from klcli.gaussian.priors.densities import DensityLogRatio, Product, density_log_ratio
from klcli.gaussian.priors.mixture import Mixture, MixtureLogRatio, mixture_log_ratio
from klcli.values import replace
from klcli.witness.adaptive_quadrature import kurtosis
from klcli.witness.estimate import Estimate, total
from klcli.witness.examination_parts import Decomposition
from klcli.witness.near_prior_quadrature import integrated

_NOT_FINITE = (
    "the log density of p is not finite in doubles near q, or its average over q has not settled "
    "within 38 sigma: neither an integral nor Monte Carlo would mean anything"
)


def case(q: Gaussian[Heads], p: Mixture | Product) -> Decomposition:
    """What is known of KL(q || p) before anything is sampled.

    Raises:
        KlcliError: a value beyond the doubles.
    """
    if isinstance(p, Mixture):
        ratio = mixture_log_ratio(q, p)
        bounds = mixture_bounds(q, p)
        found = _integrated(None, (ratio,))
        # without an integral there is nothing to hold the bounds against
        return found if found.status else replace(found, bounds=bounds)
    if reason := _missing_mass(p):
        nowhere = ClosedForm(inf, dimension=q.dimension, error=None, reason=reason)
        return Decomposition(nowhere, status="infinite", reason=reason)
    pairs = density_log_ratio(q, p)
    return _integrated(known_value(pairs), pairs)


def _integrated(
    closed_form: ClosedForm | None, pairs: Sequence[MixtureLogRatio | DensityLogRatio]
) -> Decomposition:
    """With the integral of all, and the kurtosis that it tells; settled where each part should have one."""
    integrals = _integrals(pairs)
    if integrals:
        tails = (
            kurtosis(pair, found.value, features(pair)) for pair, found in zip(pairs, integrals, strict=True)
        )
        return Decomposition(closed_form, pairs, integral=total(integrals), kurtosis=max(tails))
    if any(pair.dimension > 1 for pair in pairs):
        return Decomposition(closed_form, pairs)
    return Decomposition(
        closed_form, status="unconfirmed" if closed_form else "undetermined", reason=_NOT_FINITE
    )


def _integrals(pairs: Sequence[MixtureLogRatio | DensityLogRatio]) -> tuple[Estimate, ...]:
    """That of each log ratio; none at all where one has several dimensions or cannot be integrated."""
    if any(pair.dimension > 1 for pair in pairs):
        return ()
    found = [integrated(pair, features(pair)) for pair in pairs]
    kept = tuple(estimate for estimate in found if estimate)
    return kept if len(kept) == len(found) else ()


def _missing_mass(p: Product) -> str:
    """Where p has no mass although q has; a Gaussian has mass everywhere."""
    for density in p.factors:
        low, high = density.support()
        if not (isinf(low) and isinf(high)):
            sides = {(False, True): f"below {low:g}", (True, False): f"above {high:g}"}
            place = sides.get((isinf(low), isinf(high)), f"outside of [{low:g}, {high:g}]")
            return f"p = {density.name} has no mass {place}, where q has some: log p is -infinity there"
    return ""

"""KL(q || p) for a prior p that is no Gaussian, and what speaks for each value.

There is a closed form for few of them. An integral exists in one dimension and where the dimensions are
independent, Monte Carlo always, bounds for mixtures. What can be held against something else, is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import copysign, isinf, log
from typing import Any, Literal, TypeAlias, TypeVar

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.priors.bounds import Bound, mixture_bounds
from klcli.gaussian.priors.closed_forms import KnownValue, known_value
from klcli.gaussian.priors.densities import DensityLogRatio, Product, density_log_ratio
from klcli.gaussian.priors.features import features
from klcli.gaussian.priors.mixture import Mixture, MixtureLogRatio, mixture_log_ratio
from klcli.witness.error_bars import limit
from klcli.witness.estimate import Estimate, total
from klcli.witness.estimators import DEFAULT_ESTIMATOR
from klcli.witness.examination import visible
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, sample
from klcli.witness.nonnegative import integrated
from klcli.witness.quadrature import kurtosis

__all__ = ["Appraisal", "Evidence", "Status", "appraise"]

Status: TypeAlias = Literal["agrees", "disagrees", "unconfirmed", "infinite", "undetermined"]

_DRAWS_PER_KURTOSIS = 50
"""With fewer draws the standard error is itself wrong by more than 7 %."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An estimate and what it was held against.

    Attributes:
        value: the estimate.
        agrees: with the closed form or else the integral, and with the bounds; None where there is nothing
            to hold it against, or its standard error is not to be trusted.
        standard_error: the sampling error; 0 for a deterministic method.
        rounding: a bound on the remaining error.
        z: the difference beyond rounding in standard errors; None where there is none.
        detects: the smallest relative error of what it was held against that is seen whatever its sign.
        method: how the estimate was found.
        samples: points at which the densities were evaluated.
        seed: of the generator; None for a deterministic method.
        generator: what made the random numbers; empty for a deterministic method.
        estimator: its name among the estimators; None for a deterministic method.
    """

    value: float
    agrees: bool | None
    standard_error: float
    rounding: float
    z: float | None
    detects: float | None
    method: str
    samples: int
    seed: int | None
    generator: str
    estimator: str | None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What was found of one divergence, in the unit that was asked for.

    Attributes:
        closed_form: None where none is known.
        integral: None in several dimensions that are not independent, and where it cannot be trusted.
        monte_carlo: None where the KL is infinite, or nothing says that its average means anything.
        bounds: for mixtures.
        status: whether everything agrees; `unconfirmed` if there was nothing to hold a value against,
            `infinite`, or `undetermined` if there is no value.
        reason: why it is infinite, undetermined or unconfirmed.
    """

    closed_form: KnownValue | None
    integral: Evidence | None
    monte_carlo: Evidence | None
    bounds: tuple[Bound, ...]
    status: Status
    reason: str = ""


def appraise(
    q: Gaussian,
    p: Mixture | Product,
    *,
    unit: Unit = "nats",
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
    estimator: str = DEFAULT_ESTIMATOR,
) -> Appraisal:
    """KL(q || p) by every way there is; `estimator` is one whose error bar needs no moments of p/q.

    Raises:
        KlcliError: a value beyond the doubles, too few or too many samples, a negative seed.
    """
    reason = _missing_mass(p) if isinstance(p, Product) else ""
    if reason:
        return Appraisal(None, None, None, (), "infinite", reason)
    pairs: Sequence[MixtureLogRatio | DensityLogRatio]
    if isinstance(p, Mixture):
        exact, pairs = None, (mixture_log_ratio(q, p),)
        bounds = mixture_bounds(q, p)
    else:
        pairs, bounds = density_log_ratio(q, p), ()
        exact = known_value(pairs)
    integrals = _integrals(pairs)
    if not integrals and q.dimension == len(pairs):
        return _without_integral(exact, unit)
    by_integral = total(integrals) if integrals else None
    by_sampling = total(sample(pairs, samples, seed, progress, estimator))
    trusted = _trusted(pairs, integrals, samples)
    return _in_unit(_weighed(exact, by_integral, by_sampling, bounds, trusted), unit)


def _integrals(pairs: Sequence[MixtureLogRatio | DensityLogRatio]) -> tuple[Estimate, ...]:
    """That of each log ratio; none at all where one has several dimensions or cannot be integrated."""
    if any(pair.dimension > 1 for pair in pairs):
        return ()
    found = [integrated(pair, features(pair)) for pair in pairs]
    kept = tuple(estimate for estimate in found if estimate)
    return kept if len(kept) == len(found) else ()


def _weighed(
    exact: KnownValue | None,
    by_integral: Estimate | None,
    by_sampling: Estimate,
    bounds: tuple[Bound, ...],
    trusted: bool,
) -> Appraisal:
    """Every value held against what is known better."""
    known = exact or by_integral
    integral = _held(by_integral, exact, bounds) if by_integral else None
    monte_carlo = _held(by_sampling, known, bounds) if trusted else _alone(by_sampling)
    opinions = [found.agrees for found in (integral, monte_carlo) if found]
    if False in opinions:
        return Appraisal(exact, integral, monte_carlo, bounds, "disagrees")
    if True in opinions:
        return Appraisal(exact, integral, monte_carlo, bounds, "agrees")
    reason = (
        "there is no closed form and no bound, and the error bar of Monte Carlo is not to be "
        "trusted with so few samples"
    )
    return Appraisal(exact, integral, monte_carlo, bounds, "unconfirmed", reason)


def _held(estimate: Estimate, known: KnownValue | Estimate | None, bounds: tuple[Bound, ...]) -> Evidence:
    """An estimate beside a value that is known better, and between the bounds."""
    found = _alone(estimate)
    allowance = limit(estimate.degrees) * estimate.standard_error + estimate.rounding
    verdicts = []
    if known:
        allowance += known.rounding
        difference = estimate.value - known.value
        beyond = copysign(max(0.0, abs(difference) - estimate.rounding - known.rounding), difference)
        verdicts.append(abs(difference) <= allowance)
        error = estimate.standard_error
        found = replace(
            found,
            z=beyond / error + 0.0 if error > 0 else None,
            detects=visible(difference, allowance, known.value),
        )
    for bound in bounds:
        excess = estimate.value - bound.value if bound.kind == "upper" else bound.value - estimate.value
        verdicts.append(excess <= allowance + bound.rounding)
    return replace(found, agrees=all(verdicts) if verdicts else None)


def _alone(estimate: Estimate) -> Evidence:
    return Evidence(
        estimate.value,
        None,
        estimate.standard_error,
        estimate.rounding,
        None,
        None,
        estimate.method,
        estimate.samples,
        estimate.seed,
        estimate.generator,
        estimate.estimator,
    )


def _without_integral(exact: KnownValue | None, unit: Unit) -> Appraisal:
    why = (
        "the log density of p is not finite in doubles near q, or its average over q has not settled "
        "within 38 sigma: neither an integral nor Monte Carlo would mean anything"
    )
    status: Status = "unconfirmed" if exact else "undetermined"
    return _in_unit(Appraisal(exact, None, None, (), status, why), unit)


def _trusted(
    pairs: Sequence[MixtureLogRatio | DensityLogRatio], integrals: Sequence[Estimate], samples: int
) -> bool:
    """Whether the log ratios have so light tails that the standard error of that many draws is known.

    Without an integral nothing speaks against it, and nothing for it.
    """
    return all(
        _DRAWS_PER_KURTOSIS * kurtosis(pair, found.value, features(pair)) <= samples
        for pair, found in zip(pairs, integrals, strict=False)
    )


def _missing_mass(p: Product) -> str:
    """Where p has no mass although q has; a Gaussian has mass everywhere."""
    for density in p.factors:
        low, high = density.support()
        if not (isinf(low) and isinf(high)):
            sides = {(False, True): f"below {low:g}", (True, False): f"above {high:g}"}
            place = sides.get((isinf(low), isinf(high)), f"outside of [{low:g}, {high:g}]")
            return f"p = {density.name} has no mass {place}, where q has some: log p is -infinity there"
    return ""


def _in_unit(found: Appraisal, unit: Unit) -> Appraisal:
    if unit == "nats":
        return found
    nats = log(2)
    return replace(
        found,
        closed_form=found.closed_form and _divided(found.closed_form, nats),
        integral=found.integral and _divided(found.integral, nats),
        monte_carlo=found.monte_carlo and _divided(found.monte_carlo, nats),
        bounds=tuple(_divided(row, nats) for row in found.bounds),
    )


V = TypeVar("V", KnownValue, Evidence, Bound)


def _divided(found: V, nats: float) -> V:
    """The same value in a unit of that many nats."""
    scaled: dict[str, Any] = {"value": found.value / nats, "rounding": found.rounding / nats}
    if isinstance(found, Evidence):
        scaled["standard_error"] = found.standard_error / nats
    return replace(found, **scaled)

"""An estimate as a witness: held against what is known better, with the error that it could have missed."""

from __future__ import annotations

from math import copysign, isfinite
from sys import float_info
from typing import TYPE_CHECKING

from klcli.values import dataclass
from klcli.witness.error_bars import limit, quantile
from klcli.witness.estimate import Estimate

if TYPE_CHECKING:
    from klcli.gaussian.priors.bounds import Bound

_ROUNDINGS = 2 * float_info.epsilon
"""A product, a sum and two differences of doubles, each off by half an epsilon at most."""
_LEAST_BIASED = 10_000
"""Samples that make the error bar of a biased average one of its own expectation: the squared skewness of
k2 is about 200."""


@dataclass(frozen=True, slots=True)
class Witness:
    """An estimate and what it was held against: a closed form or else an integral, and bounds.

    Attributes:
        value: the estimate.
        agrees: whether the difference from the known value and the bias is within `limit` standard errors and
            rounding, and the estimate within the bounds; None where that cannot be judged.
        standard_error: the sampling error; 0 for a deterministic method, None where there is no valid one.
        z: the difference beyond rounding in standard errors; None where there is no sampling error.
        detects: the smallest relative error of the known value that this run sees whether it makes the value
            too small or too large, (`limit` + |z|) standard errors and rounding; None at 0, and where
            nothing but bounds is known.
        method: how the estimate was found.
        samples: points at which the densities were evaluated, per dimension.
        seed: of the generator; None for a deterministic method.
        generator: what made the random numbers; empty for a deterministic method.
        estimator: its name among the estimators; None for a deterministic method.
        interval: which covers the exact value in 95 % of all runs; None where there is no valid one.
        reason: why there is no valid error bar; None where there is one.
        bias: the expectation less the exact value; None where it is not known.
        rounding: a bound on the error of the floating-point arithmetic.
        limit: standard errors beyond which the estimate disagrees.
        degrees: degrees of freedom of the standard error; None where they are too many to matter.
    """

    value: float
    agrees: bool | None
    standard_error: float | None
    z: float | None
    detects: float | None
    method: str
    samples: int
    seed: int | None
    generator: str
    estimator: str | None
    interval: tuple[float, float] | None
    reason: str | None
    bias: float | None
    rounding: float
    limit: float
    degrees: int | None


def witness(
    estimate: Estimate,
    exact: float | None,
    *,
    rounding: float = 0.0,
    bias: float | None = 0.0,
    bounds: tuple[Bound, ...] = (),
    trusted: bool = True,
) -> Witness:
    """Hold an estimate against what is known; all in nats.

    Args:
        estimate: that of any method.
        exact: the known value; None where there is none.
        rounding: a bound on the error of the known value.
        bias: the expectation of the estimate less the divergence; None where it is not known.
        bounds: between which the divergence lies.
        trusted: whether the samples are enough to know their own standard error.
    """
    valid, widest = not estimate.reason, limit(estimate.degrees)
    judged, error = trusted and _is_judged(estimate, bias), estimate.standard_error
    difference = None if exact is None else estimate.value - exact - (bias or 0.0)
    allowed = estimate.rounding + rounding
    verdicts, detects = [_is_within(estimate, bound, widest) for bound in bounds], None
    if exact is not None and difference is not None:
        verdicts.append(_beyond(difference, allowed) <= widest * error)
        detects = visible(difference, widest * error + allowed, exact)
    return Witness(
        value=estimate.value,
        agrees=all(verdicts) if judged and verdicts else None,
        standard_error=error if valid else None,
        z=_score(difference, allowed, error) if judged else None,
        detects=detects if judged and valid else None,
        method=estimate.method,
        samples=estimate.samples,
        seed=estimate.seed,
        generator=estimate.generator,
        estimator=estimate.estimator,
        interval=_interval(estimate) if valid and trusted else None,
        reason=estimate.reason or None,
        bias=bias,
        rounding=estimate.rounding,
        limit=widest,
        degrees=estimate.degrees,
    )


def visible(difference: float, allowance: float, exact: float) -> float | None:
    """The smallest relative error of an exact value that is seen whatever its sign; None at 0.

    The estimate lies off by `difference` already, and an error that brings the value nearer to it has that
    much farther to go before the allowance is used up. Value and error are rounded once more themselves.

    Args:
        difference: of the estimate and the value.
        allowance: by which they may differ.
        exact: the value.
    """
    if exact == 0:
        return None
    doubles = _ROUNDINGS * (abs(exact) + abs(difference) + allowance)
    return (abs(difference) + allowance + doubles) / abs(exact)


def _is_judged(estimate: Estimate, bias: float | None) -> bool:
    """Whether the error bar is one of the known expectation."""
    if not estimate.reason:
        return True
    known = bias is not None and bias != 0 and isfinite(bias) and isfinite(estimate.standard_error)
    return known and estimate.samples >= _LEAST_BIASED


def _beyond(difference: float, rounding: float) -> float:
    """How far the difference is larger than rounding makes it."""
    return max(0.0, abs(difference) - rounding)


def _score(difference: float | None, rounding: float, error: float) -> float | None:
    """The difference beyond rounding in standard errors, with its sign."""
    if difference is None or error <= 0:
        return None
    return copysign(_beyond(difference, rounding), difference) / error + 0.0  # -0.0 becomes 0.0


def _is_within(estimate: Estimate, bound: Bound, widest: float) -> bool:
    excess = estimate.value - bound.value if bound.kind == "upper" else bound.value - estimate.value
    return excess <= widest * estimate.standard_error + estimate.rounding + bound.rounding


def _interval(estimate: Estimate) -> tuple[float, float] | None:
    """95 % of a sampled estimate; None of another."""
    half = quantile(estimate.degrees) * estimate.standard_error + estimate.rounding
    return (estimate.value - half, estimate.value + half) if estimate.estimator else None

"""An estimate of KL(q || p): a value with what is known of its error."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot, isfinite
from typing import TypeAlias

from klcli.values import dataclass, replace

Progress: TypeAlias = Callable[[int], None]
"""Is told of the points at which densities were evaluated, so many more each time."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value in nats with what is known of its error.

    Attributes:
        value: the estimate.
        standard_error: the sampling error; 0 for a deterministic method.
        rounding: a bound on the error of its floating-point arithmetic.
        method: how it was found.
        samples: points at which the densities were evaluated, per dimension.
        seed: of the generator; None for a deterministic method.
        generator: what made the random numbers; empty for a deterministic method.
        estimator: its name among the estimators; None for a deterministic method.
        degrees: degrees of freedom of the standard error; None where they are too many to matter.
        reason: why the standard error is no error bar of the KL; empty where it is one.
    """

    value: float
    standard_error: float
    rounding: float
    method: str
    samples: int
    seed: int | None = None
    generator: str = ""
    estimator: str | None = None
    degrees: int | None = None
    reason: str = ""


def beyond_doubles(value: float) -> str:
    """The reason why an average has no error bar if it is no double, as one of huge numbers may be."""
    return "" if isfinite(value) else "the average is beyond the doubles (1.8e308)"


def total(estimates: tuple[Estimate, ...]) -> Estimate:
    """The sum of independent estimates of one method.

    Its degrees of freedom are the fewest of any summand's, which is on the safe side.
    """
    degrees = [estimate.degrees for estimate in estimates if estimate.degrees is not None]
    return replace(
        estimates[0],
        value=sum(estimate.value for estimate in estimates),
        standard_error=hypot(*(estimate.standard_error for estimate in estimates)),
        rounding=sum(estimate.rounding for estimate in estimates),
        degrees=min(degrees, default=None),
        reason=_reason([estimate.reason for estimate in estimates]),
    )


def _reason(reasons: list[str]) -> str:
    """The first of them, with its dimension where they differ."""
    for number, reason in enumerate(reasons, 1):
        if reason:
            return reason if len(set(reasons)) == 1 else f"dimension {number}: {reason}"
    return ""

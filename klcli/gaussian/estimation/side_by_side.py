"""All estimators of one divergence beside each other: values, errors and what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import log

from klcli.gaussian.agreement import Witness, sampling_witness
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit, divergence
from klcli.gaussian.estimation.estimate import total
from klcli.gaussian.estimation.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.gaussian.estimation.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, monte_carlo

__all__ = ["Comparison", "compare_estimators"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One estimator among the others.

    Attributes:
        words: what the estimator is.
        witness: its estimate, held against the closed form.
        seconds: how long it took; the only number here that another run does not repeat.
        factor: how many times less variance x time it needs than k1; None without a valid error bar, and
            where rounding is all of its error.
    """

    words: str
    witness: Witness
    seconds: float
    factor: float | None


def compare_estimators(
    q: Gaussian,
    p: Gaussian,
    *,
    unit: Unit = "nats",
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
) -> tuple[Comparison, ...]:
    """KL(q || p) by every estimator, each with the same samples and seed.

    Raises:
        KlcliError: different dimensions, a value beyond the doubles, too few samples, a negative seed.
    """
    closed_form, nats = divergence(q, p, unit), log(2) if unit == "bits" else 1.0
    _warm(q, p, seed)
    found = []
    for name in ESTIMATORS:
        start = time.perf_counter()
        estimate = total(monte_carlo(q, p, samples, seed, progress, name))
        seconds = time.perf_counter() - start
        found.append((name, sampling_witness(estimate, q, p, closed_form, nats), seconds))
    costs = {name: _cost(witness, seconds) for name, witness, seconds in found}
    base = costs[DEFAULT_ESTIMATOR]
    return tuple(
        Comparison(ESTIMATORS[name].words, witness, seconds, _saving(base, costs[name]))
        for name, witness, seconds in found
    )


def _warm(q: Gaussian, p: Gaussian, seed: int) -> None:
    """Load what the estimators import, which is no part of their time."""
    for name in ESTIMATORS:
        monte_carlo(q, p, 1000, seed, None, name)


def _cost(witness: Witness, seconds: float) -> float | None:
    """Seconds until a standard error of 1 where it falls as that of independent draws; None without one."""
    error = witness.standard_error
    return None if error is None or error <= witness.rounding else error * error * seconds


def _saving(base: float | None, cost: float | None) -> float | None:
    return base / cost if base and cost else None

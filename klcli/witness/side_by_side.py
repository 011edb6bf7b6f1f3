"""All estimators of one divergence beside each other: values, errors and what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable

from klcli.values import dataclass
from klcli.witness.estimate import total
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.witness.examination import sampling_witness
from klcli.witness.examination_parts import Decomposition
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, LEAST_SAMPLES, sample
from klcli.witness.witness import Witness


@dataclass(frozen=True, slots=True)
class EstimatorComparison:
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
    case: Decomposition,
    *,
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
) -> tuple[EstimatorComparison, ...]:
    """A divergence by every estimator, each with the same samples and seed.

    Args:
        case: what they are given; its closed form is known.
        samples: draws for each log ratio.
        seed: of the generator.
        progress: is told the number of draws of each block.

    Raises:
        KlcliError: too few samples, a negative seed.
    """
    for name in ESTIMATORS:  # what they import is no part of their time
        sample(case.log_ratios, LEAST_SAMPLES, seed, None, name)
    found = []
    for name in ESTIMATORS:
        start = time.perf_counter()
        estimate = total(sample(case.log_ratios, samples, seed, progress, name))
        seconds = time.perf_counter() - start
        found.append((name, sampling_witness(estimate, case), seconds))
    costs = {name: _cost(witness, seconds) for name, witness, seconds in found}
    base = costs[DEFAULT_ESTIMATOR]
    return tuple(
        EstimatorComparison(ESTIMATORS[name].words, witness, seconds, _saving(base, costs[name]))
        for name, witness, seconds in found
    )


def _cost(witness: Witness, seconds: float) -> float | None:
    """Seconds until a standard error of 1 where it falls as that of independent draws; None without one."""
    error = witness.standard_error
    return None if error is None or error <= witness.rounding else error * error * seconds


def _saving(base: float | None, cost: float | None) -> float | None:
    return base / cost if base and cost else None

"""KL(q || p) from draws of q, through the log densities themselves and not the closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from klcli.errors import KlcliError
from klcli.gaussian.log_ratio import LogRatio
from klcli.values import replace
from klcli.witness.estimate import Estimate
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS

DEFAULT_SAMPLES = 1_000_000
"""An error of a thousandth of the deviation of one draw."""
DEFAULT_SEED = 0
"""Always the same, so that a command prints the same digits whenever it is run."""
_GENERATOR = "numpy SFC64"
MOST_SAMPLES = 10**12
"""Some hours; a larger number is a slip."""
LEAST_SAMPLES = 1000
"""Below this the standard error is itself too uncertain for a limit of 5 of them."""


def sample(
    pairs: Sequence[LogRatio],
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
    estimator: str = DEFAULT_ESTIMATOR,
) -> tuple[Estimate, ...]:
    """KL(q || p) in nats from draws x of q: of log ratios of any origin and dimension, an estimate of each.

    Memory does not grow with `samples`. The log ratios are independent, and drawn one after the other.

    Args:
        pairs: the pairs of Gaussians, whose divergences are added.
        samples: draws of each, from `LEAST_SAMPLES` to `MOST_SAMPLES`.
        seed: of the generator; the same seed gives the same digits.
        progress: is told the number of draws of each block.
        estimator: a name in `klcli.witness.estimators.ESTIMATORS`.

    Raises:
        KlcliError: too few or too many samples, a negative seed.
    """
    import numpy

    if not LEAST_SAMPLES <= samples <= MOST_SAMPLES:
        raise KlcliError(
            f"samples must be from {LEAST_SAMPLES:,} to {MOST_SAMPLES:,}, got {samples:,}",
            "for example 1,000,000",
        )
    if seed < 0:
        raise KlcliError(f"the seed must not be negative, got {seed}", "for example 0")
    generator = numpy.random.Generator(numpy.random.SFC64(seed))
    row = ESTIMATORS[estimator]
    found = []
    for pair in pairs:
        estimate = row.run(pair, samples, generator, progress)
        reason = row.against(pair, samples) or estimate.reason
        found.append(replace(estimate, estimator=row.name, seed=seed, generator=_GENERATOR, reason=reason))
    return tuple(found)

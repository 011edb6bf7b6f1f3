"""Sampling until the standard error is as small as was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, isfinite
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.formula.numeral import significant
from klcli.gaussian.log_ratio import LogRatio
from klcli.values import dataclass
from klcli.witness.estimate import Estimate, Progress, total
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS, Estimator
from klcli.witness.monte_carlo import DEFAULT_SEED, MOST_SAMPLES, sample

DEFAULT_LIMIT = 10**9
"""Some seconds."""
_PILOT = 10_000
"""Enough for the variance to a few per cent."""
_MARGIN = 1.05
"""More samples than predicted: the standard error of the pilot has an error itself."""
_HOPE = 1.5
"""Times the limit of samples up to which a prediction is not trusted to rule out that they are enough."""

Runner: TypeAlias = Callable[[int, Callable[[Progress | None], Estimate]], Estimate]


@dataclass(frozen=True, slots=True)
class Target:
    """A standard error that was asked for, and whether it was reached.

    Attributes:
        standard_error: what was asked for, in nats.
        limit: the most samples that were allowed.
        reached: whether they were enough.
    """

    standard_error: float
    limit: int
    reached: bool


def reach(
    pairs: Sequence[LogRatio],
    target: float,
    *,
    nats: float = 1.0,
    limit: int = DEFAULT_LIMIT,
    seed: int = DEFAULT_SEED,
    estimator: str = DEFAULT_ESTIMATOR,
    run: Runner | None = None,
) -> tuple[Estimate, Target]:
    """An estimate of a divergence with a standard error of at most `target`, if the limit of samples allows.

    A pilot predicts how many samples are needed; the estimate is the one that so many samples give from the
    start, so that a run with that number of samples and the seed repeats it.

    Args:
        pairs: independent log ratios, whose divergences add up.
        target: the standard error, in nats.
        nats: of the unit in which errors name it.
        limit: the most samples.
        seed: of the generator.
        estimator: a name in `klcli.witness.estimators.ESTIMATORS`.
        run: is told the number of draws of a run, and the run as a function of what is to be told of its
            progress; returns its result.

    Raises:
        KlcliError: a target that is no positive number, an estimator without a valid error bar, a target
            below what rounding can do, or one that the limit rules out.
    """
    _require_positive(target, nats)
    row = ESTIMATORS[estimator]
    _require_error_bar(row, pairs, limit)
    samples = _least(row, pairs, min(_PILOT, limit), limit)
    while True:
        found = _run(row, pairs, samples, seed, run)
        error = found.standard_error
        if error <= target or samples >= limit:
            return found, Target(target, limit, error <= target)
        _require_rounding(found.rounding / nats, target / nats)
        needed = samples * (error / target) ** (1 / row.rate)
        if needed > _HOPE * limit:
            raise _hopeless(row, target / nats, needed, limit)
        samples = min(limit, ceil(max(needed, samples) * _MARGIN))


def _run(
    row: Estimator,
    pairs: Sequence[LogRatio],
    samples: int,
    seed: int,
    run: Runner | None,
) -> Estimate:
    def work(progress: Progress | None) -> Estimate:
        return total(sample(pairs, samples, seed, progress, row.name))

    return run(samples * len(pairs), work) if run else work(None)


def _require_positive(target: float, nats: float) -> None:
    if not (isfinite(target) and target > 0):
        shown = f"{target / nats:g}"
        raise KlcliError(f"the standard error must be > 0, got {shown}", "for example --target-se 1e-4")


def _require_error_bar(row: Estimator, pairs: Sequence[LogRatio], limit: int) -> None:
    for pair in pairs:
        if reason := row.against(pair, limit):
            raise KlcliError(
                f"{row.name} has no valid error bar here: {reason}", f"for example --estimator {_faster(row)}"
            )


def _faster(row: Estimator) -> str:
    """The next estimator whose error falls faster with the samples, whatever p is; empty if none does."""
    faster = [other for other in ESTIMATORS.values() if other.serves_any_prior and other.rate > row.rate]
    return min(faster, key=lambda other: other.rate).name if faster else ""


def _least(row: Estimator, pairs: Sequence[LogRatio], samples: int, limit: int) -> int:
    """The first of samples, twice as many, ... with which the error bar is valid."""
    while samples < limit and any(row.against(pair, samples) for pair in pairs):
        samples = min(2 * samples, limit)
    return samples


def _require_rounding(rounding: float, target: float) -> None:
    if rounding > target:
        raise KlcliError(
            f"rounding alone can be {significant(rounding, 2)} here, more than {target:g}",
            # Of ten times the rounding nearly all is left to the samples.
            f"for example --target-se {significant(10 * rounding, 1)}, or --digits for the closed form",
        )


def _hopeless(row: Estimator, target: float, needed: float, limit: int) -> KlcliError:
    count = f"about {significant(needed, 2)}" if isfinite(needed) else "too many"
    better = _faster(row)
    hints = [f"--estimator {better}"] if better else []
    if 2 * needed <= MOST_SAMPLES:
        hints.append(f"--samples {significant(2 * needed, 1)} to raise the limit")
    return KlcliError(
        f"{row.name} needs {count} samples for a standard error of {target:g}; the limit is {limit:,}",
        ", or ".join(hints) or "a larger --target-se",
    )

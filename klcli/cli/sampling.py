"""How ``klcli compute`` samples: which estimator, how long, with which bar of progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from klcli.cli.progress import progress
from klcli.gaussian.agreement import Examination, examine
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.estimation.estimate import Estimate
from klcli.gaussian.estimation.estimators import ESTIMATORS
from klcli.gaussian.estimation.monte_carlo import DEFAULT_SAMPLES
from klcli.gaussian.estimation.side_by_side import Comparison, compare_estimators
from klcli.gaussian.estimation.target import DEFAULT_LIMIT, reach

__all__ = ["Sampling"]

_LABEL = "Monte Carlo"


@dataclass(frozen=True, slots=True)
class Sampling:
    """What was typed about sampling; `samples` and `target` are None where nothing was."""

    unit: Unit
    seed: int
    estimator: str
    samples: int | None
    target: float | None
    quiet: bool

    def examined(self, q: Gaussian, p: Gaussian) -> Examination:
        """KL(q || p) and its witnesses.

        Raises:
            KlcliError: different dimensions, a value beyond the doubles, a target that cannot be reached.
        """
        if self.target is not None:
            return self._to_target(q, p, self.target)
        samples = self.samples or DEFAULT_SAMPLES
        with progress(samples * q.dimension, _LABEL, quiet=self.quiet) as advance:
            return examine(
                q,
                p,
                unit=self.unit,
                samples=samples,
                seed=self.seed,
                progress=advance,
                estimator=self.estimator,
            )

    def compared(self, q: Gaussian, p: Gaussian) -> tuple[Comparison, ...]:
        """Every estimator of KL(q || p), with the same samples."""
        samples = self.samples or DEFAULT_SAMPLES
        with progress(samples * q.dimension * len(ESTIMATORS), _LABEL, quiet=self.quiet) as advance:
            return compare_estimators(q, p, unit=self.unit, samples=samples, seed=self.seed, progress=advance)

    def _to_target(self, q: Gaussian, p: Gaussian, target: float) -> Examination:
        sampled, reached = reach(
            q,
            p,
            target,
            unit=self.unit,
            limit=self.samples or DEFAULT_LIMIT,
            seed=self.seed,
            estimator=self.estimator,
            run=self._with_progress,
        )
        return examine(q, p, unit=self.unit, sampled=sampled, target=reached)

    def _with_progress(
        self, draws: int, work: Callable[[Callable[[int], None] | None], Estimate]
    ) -> Estimate:
        with progress(draws, _LABEL, quiet=self.quiet) as advance:
            return work(advance)

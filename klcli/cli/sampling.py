"""How ``klcli compute`` samples: which estimator, how long, with which bar of progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from klcli.cli.progress import progress
from klcli.gaussian.divergence import Unit
from klcli.gaussian.log_ratio import LogRatio
from klcli.witness.estimate import Estimate, total
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, sample
from klcli.witness.problem import Problem
from klcli.witness.side_by_side import Comparison, compare_estimators
from klcli.witness.target import DEFAULT_LIMIT, Target, reach

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

    def sampled(
        self, pairs: Sequence[LogRatio], default: int = DEFAULT_SAMPLES
    ) -> tuple[Estimate, Target | None]:
        """An estimate of the sum of the divergences, and whether the target was reached if there is one.

        Raises:
            KlcliError: a target that cannot be reached.
        """
        if self.target is not None:
            return reach(
                pairs,
                self.target,
                unit=self.unit,
                limit=self.samples or DEFAULT_LIMIT,
                seed=self.seed,
                estimator=self.estimator,
                run=self._with_progress,
            )
        samples = self.samples or default
        with progress(samples * len(pairs), _LABEL, quiet=self.quiet) as advance:
            return total(sample(pairs, samples, self.seed, advance, self.estimator)), None

    def compared(
        self, problem: Problem, exact: float, default: int = DEFAULT_SAMPLES
    ) -> tuple[Comparison, ...]:
        """Every estimator of a divergence, with the same samples."""
        samples = self.samples or default
        draws = samples * len(problem.pairs) * len(ESTIMATORS)
        with progress(draws, _LABEL, quiet=self.quiet) as advance:
            return compare_estimators(
                problem, exact, unit=self.unit, samples=samples, seed=self.seed, progress=advance
            )

    def _with_progress(
        self, draws: int, work: Callable[[Callable[[int], None] | None], Estimate]
    ) -> Estimate:
        with progress(draws, _LABEL, quiet=self.quiet) as advance:
            return work(advance)

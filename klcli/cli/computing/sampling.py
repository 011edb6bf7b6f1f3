"""How ``klcli compute`` samples: which estimator, how long, with which bar of progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from klcli.cli.progress import progress
from klcli.report.units import nats_of
from klcli.values import dataclass
from klcli.witness.estimate import Estimate, total
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.examination_parts import Decomposition
from klcli.witness.monte_carlo import sample

if TYPE_CHECKING:
    from klcli.witness.sequential_sampling import Target
    from klcli.witness.side_by_side import EstimatorComparison

_LABEL = "Monte Carlo"


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """What was typed about sampling; `samples` and `target` are None where nothing was.

    Attributes:
        seed: of the generator.
        estimator: its name.
        samples: draws for each part.
        target: a standard error, in the unit that was typed.
        nats: of that unit.
        quiet: whether there is no bar.
    """

    seed: int
    estimator: str
    samples: int | None
    target: float | None
    nats: float
    quiet: bool

    def sampled(self, case: Decomposition) -> tuple[Estimate, Target | None]:
        """An estimate of the sum of the divergences, and whether the target was reached if there is one.

        Raises:
            KlcliError: a target that cannot be reached.
        """
        if self.target is not None:
            from klcli.witness.sequential_sampling import DEFAULT_LIMIT, reach

            return reach(
                case.log_ratios,
                self.target * self.nats,
                nats=self.nats,
                limit=self.samples or DEFAULT_LIMIT,
                seed=self.seed,
                estimator=self.estimator,
                run=self._with_progress,
            )
        samples = self.samples or case.samples
        with progress(samples * len(case.log_ratios), _LABEL, quiet=self.quiet) as advance:
            return total(sample(case.log_ratios, samples, self.seed, advance, self.estimator)), None

    def compared(self, case: Decomposition) -> tuple[EstimatorComparison, ...]:
        """Every estimator of a divergence, with the same samples."""
        from klcli.witness.side_by_side import compare_estimators

        samples = self.samples or case.samples
        with progress(samples * len(case.log_ratios) * len(ESTIMATORS), _LABEL, quiet=self.quiet) as advance:
            return compare_estimators(case, samples=samples, seed=self.seed, progress=advance)

    def _with_progress(
        self, draws: int, work: Callable[[Callable[[int], None] | None], Estimate]
    ) -> Estimate:
        with progress(draws, _LABEL, quiet=self.quiet) as advance:
            return work(advance)


def sampling_of(options: Mapping[str, Any], *, quiet: bool) -> SamplingOptions:
    """What was typed about sampling."""
    return SamplingOptions(
        options["seed"],
        options["estimator"],
        options["samples"],
        options["target_se"],
        nats_of(options["unit"]),
        quiet,
    )

"""Time to a standard error of 1e-4 against k1, for N(0.3, 1.2^2) and N(0, 1); imports are not counted."""

from __future__ import annotations

import time
from statistics import median

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.sequential_sampling import reach
from tests.benchmarks.table import print_table

TARGET = 1e-4
ROUNDS = 7
NAMES = tuple(name for name, row in ESTIMATORS.items() if row.unbiased)


def run(name: str, seed: int) -> tuple[float, int]:
    """Seconds and samples until the target is reached, with the pilot."""
    start = time.perf_counter()
    pairs = log_ratios(Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1))
    found, _ = reach(pairs, TARGET, estimator=name, seed=seed)
    return time.perf_counter() - start, found.samples


def rows() -> list[tuple[str, ...]]:
    """For each estimator the median time, its ratio to that of k1 round by round, and the samples."""
    for name in NAMES:
        run(name, 0)
    rounds = [{name: run(name, seed) for name in NAMES} for seed in range(ROUNDS)]
    return [
        (
            name,
            f"{1000 * median(times[name][0] for times in rounds):.1f}",
            f"{median(times['k1'][0] / times[name][0] for times in rounds):.1f}",
            f"{median(times[name][1] for times in rounds):,.0f}",
        )
        for name in NAMES
    ]


def main() -> None:
    """Print the table."""
    print_table(
        f"Time to a standard error of {TARGET:g} nats", ("", "ms", "times faster than k1", "samples"), rows()
    )


if __name__ == "__main__":
    main()

"""The largest error of the array kernel, in ulp, by reading and regime: those of its tests, with more points.

`python -m tests.benchmarks.kernel_ulp [ROUNDS]` prints a table; a round has 200 points of each regime.
"""

from __future__ import annotations

import sys

import numpy as np

from klcli.gaussian import kernel
from tests.benchmarks.table import print_table
from tests.gaussian.test_kernel import NAMES, REGIMES, Problem, exact_kl, ulps

ROUNDS = 10


def largest(name: str, problem: Problem) -> float:
    """The largest error in one problem."""
    found = kernel.divergence(*problem, parameterization=name)
    mean_q, head_q, mean_p, head_p = problem
    points = zip(mean_q, head_q, mean_p, [None] * len(found) if head_p is None else head_p, strict=True)
    return max(
        ulps(float(value), exact_kl(name, *(None if x is None else float(x) for x in point)))  # type: ignore[arg-type]
        for value, point in zip(found, points, strict=True)
    )


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    rows = []
    for name in NAMES:
        generators = [np.random.default_rng(seed) for seed in range(rounds)]
        by_regime = {
            each.__name__: max(largest(name, each(name, rng)) for rng in generators) for each in REGIMES
        }
        worst = max(by_regime, key=lambda regime: by_regime[regime])
        rows.append((name, f"{by_regime[worst]:.2f}", worst.replace("_", " ")))
    print_table(
        f"array kernel, {rounds * 200:,} points a regime, against mpmath", ("", "max ulp", "in"), rows
    )


if __name__ == "__main__":
    main()

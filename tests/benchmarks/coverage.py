"""How often the nominal 95 % interval of each estimator covers the KL; those that print none are said to.

The error of an antithetic pair is rounding alone where only the means differ, so the distant means have
another scale as well.
"""

from __future__ import annotations

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.witness.estimate import total
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.witness import Witness, witness
from tests.benchmarks.table import print_table
from tests.witness.draws import monte_carlo

REPLICATIONS = 2000
SAMPLES = 20_000
REGIMES = {
    "near N(0, 1.01^2)": ("0", "1.01"),
    "moderate N(0.3, 1.2^2)": ("0.3", "1.2"),
    "narrow N(0.3, 0.1^2)": ("0.3", "0.1"),
    "distant N(4, 1.2^2)": ("4", "1.2"),
}


def coverage(mu: str, sigma: str, estimator: str, replications: int, samples: int = SAMPLES) -> float | None:
    """The share of intervals that cover KL(N(mu, sigma^2) || N(0, 1)); None where none is given."""
    q, p = Gaussian.from_head(mu, sigma), Gaussian.from_head(0, 1)
    exact = divergence(q, p).value
    covered = 0
    for seed in range(replications):
        found = witness(total(monte_carlo(q, p, samples, seed, None, estimator)), exact)
        if found.interval is None:
            return None
        covered += _covers(found, exact)
    return covered / replications


def _covers(found: Witness, exact: float) -> bool:
    low, high = found.interval or (0.0, 0.0)
    return low <= exact <= high


def rows() -> list[tuple[str, ...]]:
    """For each estimator its coverage in each regime."""
    found = []
    for name in ESTIMATORS:
        shares = [coverage(mu, sigma, name, REPLICATIONS) for mu, sigma in REGIMES.values()]
        found.append((name, *("none given" if share is None else f"{100 * share:.1f} %" for share in shares)))
    return found


def main() -> None:
    """Print the table."""
    title = f"Coverage of 95 % intervals against N(0, 1), {REPLICATIONS:,} runs of {SAMPLES:,} samples"
    print_table(title, ("", *REGIMES), rows())


if __name__ == "__main__":
    main()

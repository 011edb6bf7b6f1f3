"""How often the intervals of `klcli estimate` cover the KL, with the selection counted in.

A table shows an interval or it does not. The share is of those that show one: a rule that shows it in the
tables that were lucky covers less there than in all tables. Each row names the law of q, that of p is N(0, 1)
where it is not said; the heavy tails are those that have misled a rule on the tail of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from math import lgamma, log, pi, sqrt

import numpy
from numpy.typing import NDArray

from klcli.samples.estimates import estimation
from klcli.samples.ratio_sums import RatioSums
from tests.benchmarks.table import print_table

TABLES = 1000

Law = Callable[[NDArray[numpy.float64]], NDArray[numpy.float64]]
"""The log ratio at q = N(0, 1), or at scores of another Gaussian."""


def gaussian(mean: float, sigma: float) -> Law:
    """Of N(mean, sigma^2) against N(0, 1)."""
    return lambda z: (mean + sigma * z) ** 2 / 2 - z**2 / 2 - log(sigma)


def against(log_density: Law) -> Law:
    """Of N(0, 1) against another density."""
    return lambda z: -(z**2) / 2 - log(2 * pi) / 2 - log_density(z)


def student(degrees: float) -> Law:
    """The log density of a t distribution."""
    constant = lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - log(degrees * pi) / 2
    return lambda z: constant - (degrees + 1) / 2 * numpy.log1p(z**2 / degrees)


def logistic(z: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    """The log density of a logistic distribution of scale 0.55."""
    y = abs(z) / 0.55
    return -y - log(0.55) - 2 * numpy.log1p(numpy.exp(-y))


def mixture(share: float, mean: float) -> Law:
    """The log density of (1 - share) N(0, 1) + share N(mean, 1)."""
    return lambda z: (
        -(z**2) / 2 - log(2 * pi) / 2 + numpy.log(1 - share + share * numpy.exp(mean * z - mean**2 / 2))
    )


REGIMES: dict[str, Law] = {
    "N(0.1, 1)": gaussian(0.1, 1),
    "N(0, 1.1^2)": gaussian(0, 1.1),
    "N(0.3, 1.2^2)": gaussian(0.3, 1.2),
    "N(0, 2^2)": gaussian(0, 2),
    "N(0, 1.01^2)": gaussian(0, 1.01),
    "N(0.3, 0.9^2)": gaussian(0.3, 0.9),
    "N(0.5, 0.8^2)": gaussian(0.5, 0.8),
    "N(1, 1)": gaussian(1, 1),
    "N(0, 1), p t with 10 degrees": against(student(10)),
    "N(0, 1), p t with 100 degrees": against(student(100)),
    "N(0, 1), p Laplace": against(lambda z: -abs(z) - log(2)),
    "N(0, 1), p logistic": against(logistic),
    "N(0, 1), p 0.99 N(0, 1) + 0.01 N(2, 1)": against(mixture(0.01, 2)),
    "N(0, 1), p 0.7 N(0, 1) + 0.3 N(1, 1)": against(mixture(0.3, 1)),
}
ROWS = (1000, 10_000)


def exact(law: Law) -> float:
    """The KL by the trapezoid rule, to 1e-10."""
    z = numpy.linspace(-14, 14, 560_001)
    density = numpy.exp(-(z**2) / 2) / sqrt(2 * pi)
    return float((density * law(z)).sum() * (z[1] - z[0]))


def shares(law: Law, rows: int, tables: int) -> dict[str, tuple[float, float, float]]:
    """Of k1 and k3: in how many tables an interval is shown, how many of these cover, and of all tables."""
    truth = exact(law)
    shown: dict[str, list[bool]] = {"k1": [], "k3": []}
    all_tables: dict[str, int] = dict.fromkeys(shown, 0)
    for seed in range(tables):
        sums = RatioSums()
        sums.add(law(numpy.random.default_rng((rows, seed)).normal(size=rows)))
        estimates = {row.estimator.name: row for row in estimation(sums).estimates}
        for name, covering in shown.items():
            moments = sums.estimators[name]
            all_tables[name] += abs(moments.mean - truth) <= 1.96 * moments.standard_error
            interval = estimates[name].interval
            if interval:
                covering.append(interval[0] <= truth <= interval[1])
    return {
        name: (len(found) / tables, sum(found) / len(found) if found else 0.0, all_tables[name] / tables)
        for name, found in shown.items()
    }


def rows() -> list[tuple[str, ...]]:
    """For each regime and size: shares of tables that show an interval, and of these that cover."""
    found = []
    for name, law in REGIMES.items():
        for size in ROWS:
            texts = []
            for shown, covering, every in shares(law, size, TABLES).values():
                covers = f"{100 * covering:.1f} %" if shown else "none shown"
                texts += [f"{100 * shown:.1f} %", covers, f"{100 * every:.1f} %"]
            found.append((name, f"{size:,}", *texts))
    return found


def main() -> None:
    """Print the table."""
    print_table(
        f"Intervals of klcli estimate, {TABLES:,} tables each: shown, of these covering, of all tables",
        ("q", "rows", "k1 shown", "cover", "of all", "k3 shown", "cover", "of all"),
        rows(),
    )


if __name__ == "__main__":
    main()

"""Accuracy of the array kernel beside the textbook formula and the libraries, in one run; then their speed.

`python -m tests.benchmarks.kernel [POINTS [ELEMENTS]]` prints the tables; libraries that are not installed are left
out, with a line that says so. It measures and judges nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import mpmath
import numpy as np

from tests import reference
from tests.benchmarks import kernel_speed
from tests.benchmarks.contenders import Contender, Problem, contenders, moderate
from tests.benchmarks.table import print_table

POINTS = 20_000


@dataclass(frozen=True)
class Accuracy:
    """What a contender did in a region, over the points whose divergence is a finite double > 0."""

    region: str
    contender: str
    relative: float
    ulp: float
    negative: float
    zero: float
    not_finite: float


def near_equality(rng: np.random.Generator, points: int) -> Problem:
    distance = 10 ** rng.uniform(-16, -1, points) * rng.choice([-1, 1], points)
    zero, sigma_p = np.zeros(points), 10 ** rng.uniform(-1, 1, points)
    return zero, sigma_p * (1 + distance), zero, sigma_p


def extreme_scales(rng: np.random.Generator, points: int) -> Problem:
    sigma_q, sigma_p = 10 ** rng.uniform(-300, 300, (2, points))
    return np.zeros(points), sigma_q, np.zeros(points), sigma_p


def large_common_mean(rng: np.random.Generator, points: int) -> Problem:
    mean_p, sigma_p = 10 ** rng.uniform(3, 15, points), rng.uniform(0.5, 2, points)
    return (
        mean_p + sigma_p * rng.normal(size=points),
        sigma_p * rng.uniform(0.9, 1.1, points),
        mean_p,
        sigma_p,
    )


REGIONS: dict[str, Callable[[np.random.Generator, int], Problem]] = {
    "near equality, |d| 1e-16 to 1e-1": near_equality,
    "moderate": moderate,
    "scales 1e-300 to 1e300": extreme_scales,
    "common mean 1e3 to 1e15": large_common_mean,
}


def references(problem: Problem) -> list[Any]:
    """The divergences to 25 digits or more: near equality 60 - 32 digits are left."""
    with mpmath.workdps(60):
        return [reference.kl(*(mpmath.mpf(float(x)) for x in point)) for point in zip(*problem, strict=True)]


def measure(region: str, contender: Contender, problem: Problem, truth: list[Any]) -> Accuracy:
    """Compare a contender with the truth, all points whose truth is a finite double > 0."""
    with np.errstate(all="ignore"):
        found = np.asarray(contender.method(*map(contender.convert, problem)), dtype=float)
    kept = [(value, true) for value, true in zip(found, truth, strict=True) if 0 < float(true) < math.inf]
    values = np.array([value for value, _ in kept])
    finite = [(value, true) for value, true in kept if math.isfinite(value)]
    errors = [
        (float(abs(float(v) - t) / t), float(abs(float(v) - t) / math.ulp(float(t)))) for v, t in finite
    ]
    return Accuracy(
        region,
        contender.name,
        max(relative for relative, _ in errors),
        max(ulp for _, ulp in errors),
        float(np.mean(values < 0)),
        float(np.mean(values == 0)),
        float(np.mean(~np.isfinite(values))),
    )


def accuracy_rows(field: list[Contender], points: int = POINTS) -> list[Accuracy]:
    """Every contender in every region, on the same random points."""
    rows = []
    for region, make in REGIONS.items():
        problem = make(np.random.default_rng(0), points)
        truth = references(problem)
        rows += [measure(region, contender, problem, truth) for contender in field]
    return rows


def print_accuracy(field: list[Contender], points: int) -> None:
    columns = ("", "max relative error", "max ulp", "negative", "0 though > 0", "not finite")
    for region, rows in groupby(accuracy_rows(field, points), lambda row: row.region):
        table = [
            (
                row.contender,
                f"{row.relative:.2g}",
                f"{row.ulp:.3g}",
                *(f"{100 * share:.2g} %" for share in (row.negative, row.zero, row.not_finite)),
            )
            for row in rows
        ]
        print_table(f"accuracy, {region}, {points:,} points, against mpmath", columns, table)


def main() -> None:
    """Print both."""
    arguments = [int(float(text)) for text in sys.argv[1:]]
    points, elements = (*arguments, *(POINTS, kernel_speed.ELEMENTS)[len(arguments) :])
    field = contenders()
    print_accuracy(field, points)
    kernel_speed.print_speed(field, elements)


if __name__ == "__main__":
    main()

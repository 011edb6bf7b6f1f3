"""Speed of the array kernel beside the others: long arrays, and arrays so short that a call is what costs.

`python -m tests.benchmarks.kernel_speed [ELEMENTS]` prints the tables. Where another is faster, they say so.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from statistics import median
from typing import Any

import numpy as np

from klcli.gaussian import kernel
from tests.benchmarks.contenders import Array, Contender, Problem, contenders, moderate
from tests.benchmarks.table import print_table

ELEMENTS = 10_000_000
ROUNDS = 7
SHORT = (1, 10, 100, 1000)
CALLS = 200
"""Calls of which one time is taken, for short arrays."""


@dataclass(frozen=True)
class Speed:
    """Nanoseconds per element, and the median over interleaved rounds of the time divided by klcli's."""

    problem: str
    contender: str
    nanoseconds: float
    ratio: float


PROBLEMS = {
    "std, two Gaussians": ("std", False),
    "std, unit prior": ("std", True),
    "logvar, two Gaussians": ("logvar", False),
    "logvar, unit prior": ("logvar", True),
    "softplus, two Gaussians": ("softplus", False),
    "softplus, unit prior": ("softplus", True),
    "sigmoid, two Gaussians": ("sigmoid", False),
    "sigmoid, unit prior": ("sigmoid", True),
}
"""The head, and whether the prior is N(0, 1)."""

TO_HEAD: dict[str, Callable[[Array], Array]] = {
    "std": lambda sigma: sigma,
    "logvar": lambda sigma: 2 * np.log(sigma),
    "softplus": lambda sigma: np.log(np.expm1(sigma)),
    "sigmoid": np.log,  # of sigma/(1 + sigma), which is below 1
}


def to_sigma(contender: Contender, head: str, s: Any) -> Any:
    """The scale that the other contenders take, in their own arithmetic."""
    if head == "std":
        return s
    if head == "logvar":
        return contender.exp(s / 2)
    return contender.log1p(contender.exp(s)) if head == "softplus" else 1 / (1 + contender.exp(-s))


def prepare(contender: Contender, problem: Problem, head: str, unit: bool) -> Callable[[], Any]:
    """The call to be timed. The others take scales, so with them what makes these of heads is a part of it."""
    mean_q, sigma_q, mean_p, sigma_p = problem
    if unit:
        mean_p, sigma_p = np.zeros(1), np.ones(1)
    heads = [TO_HEAD[head](sigma) for sigma in (sigma_q, sigma_p)]
    m, s, n, t = (contender.convert(x) for x in (mean_q, heads[0], mean_p, heads[1]))
    if contender.name == "klcli":
        return lambda: kernel.divergence(m, s, 0.0 if unit else n, None if unit else t, head)
    if head == "std":
        return partial(contender.method, m, s, n, t)
    sigma = partial(to_sigma, contender, head)
    return lambda: contender.method(m, sigma(s), n, sigma(t))


def seconds(work: Callable[[], Any], calls: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def compared(
    problem: str, field: list[Contender], works: list[Callable[[], Any]], elements: int, calls: int = 1
) -> list[Speed]:
    """Every contender, klcli first, in interleaved rounds after one for warming up."""
    times = [[seconds(work, calls) for work in works] for _ in range(ROUNDS + 1)][1:]
    return [
        Speed(
            problem,
            contender.name,
            1e9 * median(row[i] for row in times) / elements,
            median(row[i] / row[0] for row in times),
        )
        for i, contender in enumerate(field)
    ]


def speed_rows(field: list[Contender], elements: int = ELEMENTS) -> list[Speed]:
    """Long arrays."""
    problem, rows = moderate(np.random.default_rng(1), elements), []
    for name, (head, unit) in PROBLEMS.items():
        rows += compared(name, field, [prepare(each, problem, head, unit) for each in field], elements)
    return rows


def short_rows(field: list[Contender]) -> list[Speed]:
    """Short arrays; the time is that of a call."""
    rows = []
    for elements in SHORT:
        problem = moderate(np.random.default_rng(2), elements)
        for name, (head, unit) in PROBLEMS.items():
            works = [prepare(each, problem, head, unit) for each in field]
            rows += compared(f"{name}, arrays of {elements}", field, works, 1, CALLS)
    return rows


def print_rows(rows: list[Speed], unit: str, scale: float) -> None:
    for problem, group in groupby(rows, lambda row: row.problem):
        table = [(row.contender, f"{row.nanoseconds * scale:.1f}", f"{row.ratio:.2f}") for row in group]
        title = f"speed, {problem}, median of {ROUNDS} interleaved rounds"
        print_table(title, ("", unit, "time / klcli's"), table)


def print_speed(field: list[Contender], elements: int) -> None:
    """Long arrays, then short ones."""
    print(f"\n{elements:,} elements:")
    print_rows(speed_rows(field, elements), "ns/element", 1.0)
    print_rows(short_rows(field), "us/call", 1e-3)


if __name__ == "__main__":
    print_speed(contenders(), int(float(sys.argv[1])) if len(sys.argv) > 1 else ELEMENTS)

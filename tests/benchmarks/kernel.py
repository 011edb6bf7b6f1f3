"""Accuracy and speed of the array kernel beside the textbook formula and the libraries, in one run.

`python -m tests.benchmarks.kernel [POINTS [ELEMENTS]]` prints the tables; libraries that are not installed are left
out, with a line that says so. It measures and judges nothing.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from statistics import median
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from klcli.gaussian import kernel
from tests import reference
from tests.benchmarks.table import print_table

Array = NDArray[np.float64]
Problem = tuple[Array, Array, Array, Array]
"""mean_q, sigma_q, mean_p, sigma_p"""
Method = Callable[..., Any]
"""From a problem, converted by the contender, to the divergences in its own type of array."""

POINTS = 20_000
ELEMENTS = 10_000_000
ROUNDS = 7


@dataclass(frozen=True)
class Contender:
    """A way to compute KL(q || p) from means and standard deviations."""

    name: str
    convert: Callable[[Array], Any]
    exp: Callable[[Any], Any]
    method: Method


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


@dataclass(frozen=True)
class Speed:
    """Nanoseconds per element, and the median over interleaved rounds of the time divided by klcli's."""

    problem: str
    contender: str
    nanoseconds: float
    ratio: float


# Contenders.


def textbook(mean_q: Array, sigma_q: Array, mean_p: Array, sigma_p: Array) -> Array:
    with np.errstate(all="ignore"):
        square = sigma_q**2 + (mean_q - mean_p) ** 2
        return np.log(sigma_p / sigma_q) + square / (2 * sigma_p**2) - 0.5


def torch_contender() -> Contender:
    import torch
    from torch.distributions import Normal, kl_divergence

    def method(m: Any, s: Any, n: Any, t: Any) -> Any:
        return kl_divergence(Normal(m, s), Normal(n, t))

    return Contender("torch.distributions", torch.from_numpy, torch.exp, method)


def through_jax(name: str, normal: Callable[..., Any], divergence: Method) -> Contender:
    import jax

    jax.config.update("jax_enable_x64", True)

    def method(m: Any, s: Any, n: Any, t: Any) -> Any:
        return jax.block_until_ready(divergence(normal(m, s), normal(n, t)))

    return Contender(name, jax.numpy.asarray, jax.numpy.exp, method)


def numpyro_contender() -> Contender:
    from numpyro.distributions import Normal, kl_divergence

    return through_jax("numpyro", Normal, kl_divergence)


def tfp_contender() -> Contender:
    from tensorflow_probability.substrates.jax import distributions

    return through_jax("TFP", distributions.Normal, distributions.kl_divergence)


def distrax_contender() -> Contender:
    import distrax

    return through_jax("distrax", distrax.Normal, lambda q, p: q.kl_divergence(p))


LIBRARIES: dict[str, Callable[[], Contender]] = {
    "torch": torch_contender,
    "numpyro": numpyro_contender,
    "tensorflow_probability": tfp_contender,
    "distrax": distrax_contender,
}


def contenders() -> list[Contender]:
    """klcli, the textbook formula, and the libraries that are installed."""
    found = [
        Contender("klcli", np.asarray, np.exp, kernel.divergence),
        Contender("textbook, numpy", np.asarray, np.exp, textbook),
    ]
    for library, make in LIBRARIES.items():
        try:
            found.append(make())
        except Exception as error:  # releases that do not fit each other fail in any way
            print(f"{library} is left out: {error}")
    return found


# Accuracy.


def near_equality(rng: np.random.Generator, points: int) -> Problem:
    distance = 10 ** rng.uniform(-16, -1, points) * rng.choice([-1, 1], points)
    zero, sigma_p = np.zeros(points), 10 ** rng.uniform(-1, 1, points)
    return zero, sigma_p * (1 + distance), zero, sigma_p


def moderate(rng: np.random.Generator, points: int) -> Problem:
    return (
        rng.normal(size=points),
        rng.uniform(0.05, 3, points),
        rng.normal(size=points),
        rng.uniform(0.05, 3, points),
    )


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


# Speed.


PROBLEMS = {
    "std, two Gaussians": ("std", False),
    "std, unit prior": ("std", True),
    "logvar, two Gaussians": ("logvar", False),
    "logvar, unit prior": ("logvar", True),
}
"""The head, and whether the prior is N(0, 1)."""


def prepare(contender: Contender, problem: Problem, head: str, unit: bool) -> Callable[[], Any]:
    """The call to be timed. The libraries take scales, so with them exp(logvar / 2) is a part of it."""
    mean_q, sigma_q, mean_p, sigma_p = problem
    if unit:
        mean_p, sigma_p = np.zeros(1), np.ones(1)
    if head == "logvar":
        sigma_q, sigma_p = 2 * np.log(sigma_q), 2 * np.log(sigma_p)
    m, s, n, t = (contender.convert(x) for x in (mean_q, sigma_q, mean_p, sigma_p))
    if contender.name == "klcli":
        return lambda: kernel.divergence(m, s, 0.0 if unit else n, None if unit else t, head)
    if head == "std":
        return partial(contender.method, m, s, n, t)
    return lambda: contender.method(m, contender.exp(s / 2), n, contender.exp(t / 2))


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed_rows(field: list[Contender], elements: int = ELEMENTS, rounds: int = ROUNDS) -> list[Speed]:
    """Every contender, klcli first, at every problem, in interleaved rounds after one for warming up."""
    problem, rows = moderate(np.random.default_rng(1), elements), []
    for name, (head, unit) in PROBLEMS.items():
        works = [prepare(contender, problem, head, unit) for contender in field]
        times = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
        for i, contender in enumerate(field):
            nanoseconds = 1e9 * median(row[i] for row in times) / elements
            rows.append(Speed(name, contender.name, nanoseconds, median(row[i] / row[0] for row in times)))
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


def print_speed(field: list[Contender], elements: int) -> None:
    for problem, rows in groupby(speed_rows(field, elements), lambda row: row.problem):
        table = [(row.contender, f"{row.nanoseconds:.1f}", f"{row.ratio:.2f}") for row in rows]
        title = f"speed, {problem}, {elements:,} elements, median of {ROUNDS} interleaved rounds"
        print_table(title, ("", "ns/element", "time / klcli's"), table)


def main() -> None:
    """Print both."""
    arguments = [int(float(text)) for text in sys.argv[1:]]
    points, elements = (*arguments, *(POINTS, ELEMENTS)[len(arguments) :])
    field = contenders()
    print_accuracy(field, points)
    print_speed(field, elements)


if __name__ == "__main__":
    main()

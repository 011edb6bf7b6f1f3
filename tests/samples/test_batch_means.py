"""Rows that follow each other and are alike are told, by a ratio that numpy gives, and others are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy
import pytest
from numpy.typing import NDArray

from klcli.samples.batch_means import BatchMeans
from klcli.samples.exact_moments import ExactMoments

Array = NDArray[numpy.float64]
Draw = Callable[[numpy.random.Generator, int], Array]


def moments(values: Array) -> ExactMoments:
    found = ExactMoments()
    for part in numpy.array_split(values, 1 + len(values) // 8192):
        found.add(part)
    return found


def inflation(values: Array, parts: int = 5) -> float | None:
    found = BatchMeans()
    for part in numpy.array_split(values, parts):
        found.add(part)
    return found.inflation(moments(values))


def autoregression(rng: numpy.random.Generator, rows: int, coefficient: float = 0.6) -> Array:
    found = rng.normal(size=rows)
    for row in range(1, rows):
        found[row] = coefficient * found[row - 1] + (1 - coefficient**2) ** 0.5 * found[row]
    return found


INDEPENDENT: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "chi square": lambda rng, n: rng.normal(size=n) ** 2,
    "log-normal": lambda rng, n: rng.lognormal(size=n),
    "t with 3 degrees": lambda rng, n: rng.standard_t(3, n),
    "rare": lambda rng, n: numpy.where(rng.random(n) < 0.02, 1.0, 0.0),
    "one": lambda rng, n: numpy.zeros(n),
}
ALIKE: dict[str, Draw] = {
    "autoregression": autoregression,
    "answers to prompts": lambda rng, n: (
        rng.normal(size=n) + numpy.repeat(rng.normal(size=n // 8 + 1), 8)[:n]
    ),
    "drift": lambda rng, n: rng.normal(size=n) + numpy.linspace(-1, 1, n),
    "sorted": lambda rng, n: numpy.sort(rng.normal(size=n)),
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_independent_rows_are_not_alike(name: str) -> None:
    for rows in (100, 1000, 20_000):
        for seed in range(20):
            rng = numpy.random.default_rng((rows, seed))
            assert inflation(INDEPENDENT[name](rng, rows)) is None


@pytest.mark.parametrize("name", ALIKE)
def test_rows_that_are_alike(name: str) -> None:
    for seed in range(5):
        values = ALIKE[name](numpy.random.default_rng(seed), 2000)
        expected = []
        for size in (8, 64):
            batches = values[: 2000 - 2000 % size].reshape(-1, size).mean(axis=1)
            expected.append(size * batches.var(ddof=1) / values.var(ddof=1))
        assert inflation(values) == pytest.approx(max(expected), rel=1e-9)
        assert inflation(numpy.random.default_rng(0).permutation(values)) is None


def test_a_little_is_no_matter() -> None:
    """An interval that covers 94 % in the place of 95 is no reason against it, however many rows show that."""
    rng = numpy.random.default_rng(0)
    assert inflation(autoregression(rng, 100_000, 0.05)) is None
    assert inflation(autoregression(rng, 100_000, 0.2)) is not None


def test_the_digits_depend_on_no_blocks_and_no_order() -> None:
    values = autoregression(numpy.random.default_rng(0), 3000)
    assert inflation(values, 1) == inflation(values, 7) == inflation(values, 1000)
    parts = [BatchMeans() for _ in range(3)]
    for part, rows in zip(parts, numpy.array_split(values, 3), strict=True):
        part.add(rows)
    one, other = BatchMeans(), BatchMeans()
    for part in parts:
        one.merge(part)
    for part in reversed(parts):
        other.merge(part)
    assert one.inflation(moments(values)) == other.inflation(moments(values)) is not None


def test_beyond_the_doubles_nothing_is_told() -> None:
    values = numpy.repeat(numpy.array([1e308, -1e308]), 500)
    assert inflation(values) is None
    assert inflation(numpy.repeat(numpy.array([1e200, -1e200]), 500)) is None

"""Copies of rows are told from values that repeat by chance, of any law; in any order and in any parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy
import pytest
from numpy.typing import NDArray

from klcli.samples import repeats
from klcli.samples.repeats import Repeats

Array = NDArray[numpy.float64]


def times(values: Array) -> float | None:
    found = Repeats()
    for part in numpy.array_split(values, 7):
        found.add(part)
    return found.times


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.normal(size=n),
        lambda rng, n: rng.normal(size=n).round(2),
        lambda rng, n: rng.geometric(0.1, n).astype(float),
        lambda rng, n: numpy.minimum(rng.zipf(1.5, n), 10**9).astype(float),
        lambda rng, n: rng.integers(0, n // 2, n).astype(float),
        lambda rng, n: rng.integers(0, 50, n).astype(float),
        lambda rng, n: numpy.where(rng.random(n) < 0.5, rng.normal(size=n), 0.0),
        lambda rng, n: numpy.zeros(n),
    ],
    ids=["normal", "rounded", "geometric", "zipf", "half as many", "fifty", "half an atom", "one"],
)
def test_samples_of_any_law_are_no_copies(draw: Callable[[numpy.random.Generator, int], Array]) -> None:
    for rows in (100, 1000, 20_000):
        for seed in range(10):
            assert times(draw(numpy.random.default_rng((rows, seed)), rows)) is None


@pytest.mark.parametrize(("rows", "copies"), [(60, 2), (100, 4), (1000, 8), (40_000, 2), (40_000, 3)])
def test_copies_are_told(rows: int, copies: int) -> None:
    values = numpy.random.default_rng(0).normal(size=rows // copies)
    for repeated in (numpy.tile(values, copies), numpy.repeat(values, copies)):
        assert times(repeated) == copies


def test_some_rows_that_are_copied_are_told() -> None:
    values = numpy.random.default_rng(0).normal(size=1000)
    assert times(numpy.concatenate([values, values[:400]])) == pytest.approx(1.4)
    assert times(numpy.concatenate([values, values[:50]])) is None


def test_parts_in_any_order_and_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more values than are kept those with the smallest hashes count, with all of their rows."""
    monkeypatch.setattr(repeats, "_MOST_VALUES", 100)
    values = numpy.repeat(numpy.random.default_rng(0).normal(size=1000), 3)
    parts = [Repeats() for _ in range(3)]
    for part, one in zip(
        parts, numpy.array_split(numpy.random.default_rng(1).permutation(values), 3), strict=True
    ):
        part.add(one)
    first, second = Repeats(), Repeats()
    for part in parts:
        first.merge(part)
    for part in reversed(parts):
        second.merge(part)
    second.merge(Repeats())
    assert first.times == second.times == times(values) == 3


def test_zero_has_one_sign() -> None:
    values = numpy.random.default_rng(0).normal(size=50)
    assert times(numpy.concatenate([values, values, [0.0, -0.0]])) == 2

"""Changes of level: found where they are, and in series without one more seldom than is said."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.change_point import FALSE_ALARMS, LEAST_STEPS, level_changes

pytestmark = pytest.mark.sampling


def autoregression(rng: numpy.random.Generator, size: int, coefficient: float) -> numpy.ndarray:
    noise = rng.normal(size=size + 100)
    for step in range(1, len(noise)):
        noise[step] += coefficient * noise[step - 1]
    return noise[100:]


@pytest.mark.parametrize(
    "kind", ["white", "heavy", "skewed", "0.3", "0.5", "0.7", "0.9"], ids=lambda kind: f"noise {kind}"
)
def test_series_without_a_change(kind: str) -> None:
    """Of 400 of two lengths, at most twice as many as are said, which chance exceeds in 1 of 50."""
    rng, alarms = numpy.random.default_rng(1), 0
    draw = {
        "white": lambda size: rng.normal(size=size),
        "heavy": lambda size: rng.standard_t(2, size=size),
        "skewed": lambda size: rng.exponential(size=size) ** 2,
    }.get(kind, lambda size: autoregression(rng, size, float(kind)))
    for size in (LEAST_STEPS, 400):
        alarms += sum(bool(level_changes(draw(size)).changes) for _ in range(200))
    assert alarms <= 2 * FALSE_ALARMS * 400


@pytest.mark.parametrize("coefficient", [0.0, 0.5])
def test_a_change_is_found_where_it_is(coefficient: float) -> None:
    rng, found = numpy.random.default_rng(2), 0
    for _ in range(20):
        series = autoregression(rng, 600, coefficient)
        series = numpy.exp(series / series.std() + 3.0 * (numpy.arange(600) >= 400))
        search = level_changes(series)
        if search.changes:
            best = max(search.changes, key=lambda change: change.statistic)
            assert best.low <= 400 <= best.high
            assert best.after > 5 * best.before
            assert not best.is_drift
            found += 1
    assert found >= 16


def test_two_changes() -> None:
    steps = numpy.arange(900)
    level = numpy.where(steps < 300, 0.0, numpy.where(steps < 600, 4.0, 1.0))
    changes = level_changes(level + numpy.random.default_rng(3).normal(size=900)).changes
    assert [round(change.place, -1) for change in changes] == [300, 600]
    assert [round(change.before) for change in changes] == [0, 4]
    assert [round(change.after) for change in changes] == [4, 1]


def test_a_level_that_moves_all_the_time_is_a_drift() -> None:
    series = numpy.linspace(0, 5, 500) + numpy.random.default_rng(4).normal(size=500)
    assert [change.is_drift for change in level_changes(series).changes] == [True]


def test_what_cannot_be_told() -> None:
    rng = numpy.random.default_rng(5)
    assert not level_changes(rng.normal(size=LEAST_STEPS - 1)).is_decidable
    wandering = level_changes(rng.normal(size=300).cumsum())
    assert (wandering.is_decidable, wandering.changes) == (False, ())
    assert "hang together" in wandering.why_not


def test_one_value_has_no_change() -> None:
    search = level_changes(numpy.full(200, 0.1))
    assert (search.is_decidable, search.changes) == (True, ())


def test_a_spike_is_no_change() -> None:
    series = numpy.random.default_rng(6).normal(size=400)
    series[200:204] = 1e6
    assert level_changes(series).changes == ()

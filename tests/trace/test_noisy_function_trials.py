"""Functions that draw samples: estimators written out in numbers, held against the KL by their means."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from klcli.gaussian.parameterization import find
from klcli.trace.noisy_function_trials import SampleAverages, _limit, averages, draws_samples

Given = Mapping[str, tuple[tuple[int, ...], list[float]]]


def k1(m: float, s: float, z: float) -> tuple[float, float]:
    """log q - log p at a sample z = m + s e, and its derivative in m through the sample."""
    e = (z - m) / s
    return -math.log(s) - e * e / 2 + z * z / 2, z


def k2(m: float, s: float, z: float) -> tuple[float, float]:
    value, slope = k1(m, s, z)
    return value**2 / 2, value * slope


def k3(m: float, s: float, z: float) -> tuple[float, float]:
    value, slope = k1(m, s, z)
    return math.exp(-value) - 1 + value, slope * (1 - math.exp(-value))


def caller(
    estimator: Callable[[float, float, float], tuple[float, float]], reduction: str, factor: float = 1
) -> Any:
    generator = Random(3)

    def call(given: Given, dtype: str) -> dict[str, Any]:
        (batch, latents), means = given["mu"]
        pairs = [
            estimator(m, s, m + s * generator.gauss(0, 1)) for m, s in zip(means, given["s"][1], strict=True)
        ]
        values = [factor * value for value, _ in pairs]
        rows = [sum(values[row * latents : (row + 1) * latents]) for row in range(batch)]
        out, shape, share = {
            "none": (values, [batch, latents], 1.0),
            "sum": (rows, [batch], 1.0),
            "sum-mean": ([sum(rows) / batch], [], 1 / batch),
            "mean": ([sum(rows) / batch / latents], [], 1 / batch / latents),
        }[reduction]
        # The derivative in s of log q - log p along a sample is -1/s + z e: not asked for here.
        return {
            "shape": shape,
            "values": out,
            "gradients": {"mu": [factor * share * slope for _, slope in pairs], "s": None},
        }

    return call


def held(call: Any, *, gradient: bool = False, scale: float = 1) -> SampleAverages:
    found = averages(
        call, ("mu", "s"), find("std"), prior=(0, 1), scale=scale, dtype="float64", gradient=gradient, seed=0
    )
    assert found
    return found


@pytest.mark.parametrize("reduction", ["none", "sum", "sum-mean", "mean"])
def test_an_estimator_without_bias_passes_with_its_reduction(reduction: str) -> None:
    found = held(caller(k1, reduction))
    assert (found.agrees, found.reduction) == (True, reduction)
    assert 0.01 < found.detects < 0.2


@pytest.mark.parametrize(
    ("estimator", "factor", "is_right"),
    [(k3, 1, True), (k2, 1, False), (k1, 1.3, False), (k1, -1, False), (k3, 1.2, False)],
)
def test_bias_is_seen(estimator: Any, factor: float, is_right: bool) -> None:
    assert held(caller(estimator, "sum-mean", factor)).agrees == is_right


def test_a_demanded_scale() -> None:
    assert held(caller(k1, "sum", 2), scale=2).agrees


def test_a_gradient_that_is_missing_is_seen_after_the_values() -> None:
    found = held(caller(k1, "sum-mean"), gradient=True)
    assert (found.agrees, found.worst.what) == (False, "s")


def test_the_limit_is_that_of_the_largest_of_many_of_students_t() -> None:
    # scipy.stats.t.isf(scipy.stats.norm.sf(5) / 100, 63), and with 1 in the place of 100
    assert _limit(100) == pytest.approx(6.7369, rel=0.03)
    assert _limit(1) == pytest.approx(5.5654, rel=0.03)


def test_what_gives_the_same_twice_draws_nothing() -> None:
    assert draws_samples(caller(k1, "sum"), ("mu", "s"), find("std"), 0)
    fixed = {"values": [1.0], "shape": [], "gradients": None}
    assert not draws_samples(lambda given, dtype: fixed, ("mu", "s"), find("std"), 0)

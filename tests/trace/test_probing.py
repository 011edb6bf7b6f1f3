"""Functions that cannot be followed, probed: their KL by its values, with no claim of a proof."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from klcli.trace.probing import probed, wrong_gradients
from klcli.trace.recorders.rounded import probes
from klcli.trace.recording import RoundedCall


def calls(function: Callable[[float, float], float]) -> list[RoundedCall]:
    points = [(0.1 + 0.07 * step % 0.8, 0.15 + 0.31 * step % 0.7) for step in range(12)]
    return [RoundedCall("float64", {"mu": m, "s": s}, function(m, s), {}) for m, s in points]


def of_log_variance(m: float, s: float) -> float:
    return -0.5 * (1 + s - m**2 - math.exp(s))


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (of_log_variance, "KL(N(mu, sigma^2) || N(0, 1)), for a log-variance"),
        (lambda m, s: 3 * of_log_variance(m, s) + 2, "3 KL(N(mu, sigma^2) || N(0, 1)) + 2"),
        (
            lambda m, s: math.log(2 / s) + (s**2 + (m - 0.5) ** 2) / 8 - 0.5,
            "N(0.5, 4)), for a standard deviation",
        ),
        (lambda m, s: of_log_variance(s, m), "KL(N(s, sigma^2) || N(0, 1)), for a log-variance"),
    ],
)
def test_a_kl_is_found_by_its_values(function: Callable[[float, float], float], text: str) -> None:
    found = probed(calls(function))
    assert text in found
    assert "at 12 points, which is no proof" in found


@pytest.mark.parametrize(
    "function",
    [
        lambda m, s: of_log_variance(m, s) + 1e-6 * math.sin(9 * m),
        lambda m, s: m * s,
        lambda m, s: -of_log_variance(m, s),
        lambda m, s: 0.0,
        lambda m, s: math.nan,
    ],
)
def test_what_is_no_kl_is_called_none(function: Callable[[float, float], float]) -> None:
    assert probed(calls(function)) == ""


def test_nothing_is_said_without_calls() -> None:
    assert probed([]) == ""


def test_the_points_reach_far_and_hold_those_of_the_call() -> None:
    def call(_: Any, arrays: Any, dtype: str, given: Any) -> dict[str, Any]:
        return {"values": [0.0], "gradients": None}

    own = {"mu": 0.25, "s": 1.75}
    points = [one["given"] for one in probes(call, None, ["mu", "s"], {}, [own])]
    assert own in points
    assert min(one["s"] for one in points) < -3
    assert max(one["s"] for one in points) > 3


def test_a_standard_deviation_has_no_point_below_zero() -> None:
    def of_std(m: float, s: float) -> float:
        return math.nan if s <= 0 else (s**2 + m**2 - 1) / 2 - math.log(s)

    below = RoundedCall("float64", {"mu": 0.3, "s": -2.0}, math.nan, {})
    assert "for a standard deviation" in probed([*calls(of_std), below])


@pytest.mark.parametrize(("factor", "is_wrong"), [(1, False), (0, True)])
def test_a_gradient_that_is_not_that_of_the_kl(factor: float, is_wrong: bool) -> None:
    slopes = [
        {"mu": factor * one.given["mu"], "s": (math.exp(one.given["s"]) - 1) / 2}
        for one in calls(of_log_variance)
    ]
    own = [
        RoundedCall(one.dtype, one.given, one.value, slope)
        for one, slope in zip(calls(of_log_variance), slopes, strict=True)
    ]
    found = wrong_gradients(own)
    assert ("gradient of mu" in found) == is_wrong
    assert bool(found) == is_wrong

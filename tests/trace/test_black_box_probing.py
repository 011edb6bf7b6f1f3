"""Functions that cannot be followed, probed: their KL by its values, with no claim of a proof."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import pytest

from klcli.trace.black_box_probing import best_fit, fit_text, is_random, off_text, wrong_gradients
from klcli.trace.recorders.single_entry_calls import probes
from klcli.trace.recording import RoundedCall


def calls(function: Callable[[float, float], float], width: float = 1) -> list[RoundedCall]:
    steps = range(12 if width == 1 else 36)
    points = [(width * (0.1 + 0.07 * step % 0.8), width * (0.15 + 0.31 * step % 0.7)) for step in steps]
    if width != 1:
        points = [(m - width / 2, s - width / 2) for m, s in points]
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
    fit = best_fit(calls(function))
    assert fit
    assert not fit.off
    assert text in fit_text(fit)
    assert "at 12 points, which is no proof" in fit_text(fit)


@pytest.mark.parametrize(
    "function",
    [
        lambda m, s: of_log_variance(m, s) + 1e-6 * math.sin(9 * m),
        lambda m, s: m * s,
        lambda m, s: 2 * m + s,  # a logarithm, and a square whose weight is a rounding
        lambda m, s: -of_log_variance(m, s),
        lambda m, s: 0.0,
        lambda m, s: math.nan,
    ],
)
def test_what_is_no_kl_is_called_none(function: Callable[[float, float], float]) -> None:
    assert best_fit(calls(function)) is None


def test_nothing_is_said_without_calls() -> None:
    assert best_fit([]) is None


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
    fit = best_fit([*calls(of_std), below])
    assert fit
    assert "for a standard deviation" in fit_text(fit)
    assert not fit.off


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
    fit = best_fit(own)
    assert fit
    found = wrong_gradients(fit)
    assert ("gradient of mu" in found) == is_wrong
    assert bool(found) == is_wrong


REGIONS = {
    "the head is positive": lambda m, s: s > 0,
    "the head is negative": lambda m, s: s < 0,
    "the mean is near 0": lambda m, s: abs(m) < 2,
    "both are far out": lambda m, s: abs(m) + abs(s) > 2,
}


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS.keys())
@pytest.mark.parametrize("beyond", [lambda kl: 0.3 * kl, lambda kl: 0.25, lambda kl: math.nan])
def test_a_kl_at_some_points_only_is_told_from_one(region: Any, beyond: Any) -> None:
    def function(m: float, s: float) -> float:
        kl = of_log_variance(m, s)
        return kl if region(m, s) else beyond(kl)

    fit = best_fit(calls(function, 9))
    assert fit
    assert fit.reading.name == "logvar"
    sides = {bool(region(one.given["mu"], one.given["s"])) for one in fit.held}
    assert len(sides) == 1
    assert fit.scale == pytest.approx(1 if sides == {True} else 0.3)
    assert sides != {bool(region(one.given["mu"], one.given["s"])) for one in fit.off}
    assert "points only: at mu = " in off_text(fit)


@pytest.mark.parametrize(("dtype", "is_found"), [("float32", True), ("float64", False), ("float16", False)])
def test_values_in_single_precision_are_fitted_to_its_digits(dtype: str, is_found: bool) -> None:
    def rounded(m: float, s: float) -> float:
        return float(struct.unpack("f", struct.pack("f", 0.5 * of_log_variance(m, s)))[0])

    fit = best_fit(calls(rounded, 9), dtype)
    assert bool(fit) == is_found
    if fit:
        assert fit_text(fit).startswith("0.5 KL(N(mu, sigma^2) || N(0, 1)), for a log-variance, to ")


def test_a_function_that_draws_samples_is_told_by_a_second_call() -> None:
    one, other = (RoundedCall("float64", {"mu": 0.1, "s": 0.2}, value, {}) for value in (1.0, 1.5))
    assert is_random([one, other])
    assert not is_random([one, one])

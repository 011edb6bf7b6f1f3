"""Quantities of two Gaussians that are no KL, by integrals of their densities."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, pi, sqrt

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.answer import verify

SIGMAS = 0.7, 1.6


def integral(of: Callable[[float, float], float]) -> float:
    """The trapezoid rule for a function of the densities of N(0, 0.7^2) and N(0, 1.6^2)."""

    def density(x: float, sigma: float) -> float:
        return exp(-((x / sigma) ** 2) / 2) / (sigma * sqrt(2 * pi))

    step = 1 / 64
    points = (place * step for place in range(-64 * 14, 64 * 14 + 1))
    return step * sum(of(*(density(x, sigma) for sigma in SIGMAS)) for x in points)


JEFFREYS = integral(lambda q, p: (q - p) * log(q / p))
BHATTACHARYYA = -log(integral(lambda q, p: sqrt(q * p)))
HELLINGER = integral(lambda q, p: (sqrt(q) - sqrt(p)) ** 2 / 2)
WASSERSTEIN = (SIGMAS[1] - SIGMAS[0]) ** 2  # Givens and Shortt (1984)


@pytest.mark.parametrize(
    ("text", "value", "name"),
    [
        ("0.5*(s1^2/s2^2 + s2^2/s1^2) - 1", JEFFREYS, "the Jeffreys divergence"),
        ("(s1^2/s2^2 + s2^2/s1^2)/4 - 1/2", JEFFREYS / 2, "1/2 times the Jeffreys divergence"),
        ("0.5*log((s1^2 + s2^2)/(2*s1*s2))", BHATTACHARYYA, "the Bhattacharyya distance"),
        ("1 - sqrt(2 s1 s2/(s1^2 + s2^2))", HELLINGER, "the squared Hellinger distance"),
        ("(sigma1 - sigma2)^2", WASSERSTEIN, "the squared Wasserstein-2 distance"),
    ],
)
def test_two_gaussians_of_the_mean_0(text: str, value: float, name: str) -> None:
    tree = read_program(text).tree
    given = dict(zip(sorted(["s1", "s2"] if "s1" in text else ["sigma1", "sigma2"]), SIGMAS, strict=True))
    assert evaluate(tree, given, Doubles()) == pytest.approx(value, rel=1e-9)
    found = verify(read_program(text)).best
    assert found.kind == "other"
    assert found.quantity.startswith(name)


@pytest.mark.parametrize("text", ["(a - b)^2", "((x - recon)**2).sum()", "(mu1 - mu2)^2", "x^2 + y^2"])
def test_a_distance_of_anything_is_no_distance_of_gaussians(text: str) -> None:
    assert verify(read_program(text)).kind == "not-kl"

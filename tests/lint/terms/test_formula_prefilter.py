"""The cheap look at a formula: what may be a KL, and what certainly is none."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read
from klcli.lint.terms.formula_prefilter import (
    curvature,
    has_logarithm,
    is_parabola_somewhere,
    may_be_kl,
    possible_signs,
)

LIKELY = (
    "-0.5*(1 + logvar - mu^2 - exp(logvar))",
    "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
    "abs(0.5*(mu^2 + exp(s) - 1 - s) - C)",
    "0.5*(mu*mu + s^2 - 1) - log(s)",
    "-0.5*(1 + logvar - mu^2 - logvar^2)",
)
UNLIKELY = (
    "mu^2 + s",
    "exp(s) - 1 - s",
    "0.5*(log(2 pi) + s + (x - m)^2/exp(s))",
    "log(2 pi) + s + (x - m)^2/exp(s)",
    "-log(s) - (x - m)^2/(2 s^2) - 0.5*log(2 pi)",
    "a*x + b*exp(y) - 3",
)
"""The third to fifth are densities, or twice one."""


@pytest.mark.parametrize(
    ("text", "expected"), [*((t, True) for t in LIKELY), *((t, False) for t in UNLIKELY)]
)
def test_what_may_be_a_kl(text: str, expected: bool) -> None:
    assert may_be_kl(read(text)) == expected


def test_curvatures_are_those_of_parabolas() -> None:
    tree = read("3*mu^2 - 2*mu + exp(s)*mu^2/exp(s) + log(t) + t^3")
    assert curvature(tree, "mu") == pytest.approx(8)
    assert curvature(tree, "s") == curvature(tree, "t") == 0
    assert is_parabola_somewhere(tree)
    assert not is_parabola_somewhere(read("t^3 + exp(s)"))


def test_a_kl_opens_upwards_in_its_mean() -> None:
    kl = read("0.5*(mu^2 + exp(s) - 1 - s)")
    assert possible_signs(kl, is_mended=False) == (1,)
    assert possible_signs(read("-0.5*(mu^2 + exp(s) - 1 - s)"), is_mended=False) == (-1,)
    assert possible_signs(read("0.5*(mu^2 + exp(logvar) - 1 - logvar)"), is_mended=True) == (1, -1)


def test_the_logarithm_is_that_of_a_head() -> None:
    density = read("log(t) + (m + s*randn)^2/(2 t^2)")
    assert has_logarithm(density, {"t"})
    assert not has_logarithm(density, {"s"})
    assert has_logarithm(read("2*s - exp(s)"), {"s"})
    assert not has_logarithm(read("exp(s)"), {"s"})

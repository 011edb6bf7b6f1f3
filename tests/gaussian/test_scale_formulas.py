"""Scales that are no decimals, and Gaussians that are equal whatever their readings."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.gaussian.scale_formulas import are_equal, is_far, reading_at


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [("logvar", 10**18, True), ("logvar", -(10**18), True), ("logvar", 5, False), ("std", 10**18, False)],
)
def test_far(name: str, head: int, expected: bool) -> None:
    assert is_far(PARAMETERIZATIONS[name], Fraction(head)) is expected


def test_a_softplus_far_below_is_its_exponential() -> None:
    softplus = PARAMETERIZATIONS["softplus"]
    assert reading_at(softplus, Fraction(-(10**18))).name == "logstd"
    assert reading_at(softplus, Fraction(-3)) is softplus


@pytest.mark.parametrize(
    ("head", "reading", "expected"),
    [(4, "var", True), (2, "std", True), (Fraction(1, 4), "precision", True), (3, "var", False)],
)
def test_equal(head: Fraction, reading: str, expected: bool) -> None:
    two = Gaussian.from_head(1, 2, "std")
    assert are_equal(Gaussian.from_head(1, head, reading), two) is expected

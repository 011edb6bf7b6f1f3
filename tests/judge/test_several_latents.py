"""Formulas over several latents, against mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS
from klcli.judge.several_latents import over_latents
from tests import reference

LATENTS = [(Fraction("0.3"), Fraction("1.2")), (Fraction(-1), Fraction("0.5"))]


@pytest.mark.parametrize(("name", "exact"), [("std", "A"), ("var", "B"), ("logvar", "C"), ("logstd", "D")])
def test_the_exact_formula_sums_to_the_divergence(name: str, exact: str) -> None:
    with mpmath.workdps(40):
        true = float(sum(reference.kl(reference.exact(mu), reference.exact(sigma)) for mu, sigma in LATENTS))
    found = {row.name: row for row in over_latents(FORMULAS, PARAMETERIZATIONS[name], LATENTS, true)}
    assert found[exact].value == pytest.approx(true, rel=1e-14)
    assert found[exact].ratio == pytest.approx(1, rel=1e-14)
    assert found[exact].mean == pytest.approx(true / 2, rel=1e-14)
    assert found[exact].mean_ratio == pytest.approx(0.5, rel=1e-14)
    for other in set(FORMULAS) - {exact}:
        assert found[other].ratio != pytest.approx(1, rel=1e-3)


def test_a_formula_without_a_value_somewhere_has_no_sum() -> None:
    """log of a log standard deviation below 0."""
    found = over_latents(FORMULAS, PARAMETERIZATIONS["logstd"], LATENTS, 1.0)
    assert {row.name for row in found if row.value is None} == {"A", "B"}


def test_no_ratio_to_zero() -> None:
    (row, *_) = over_latents(FORMULAS, PARAMETERIZATIONS["std"], [(Fraction(0), Fraction(1))] * 2, 0.0)
    assert (row.value, row.ratio, row.mean_ratio) == (0, None, None)

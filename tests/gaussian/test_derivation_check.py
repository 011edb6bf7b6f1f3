"""Checks of steps: equal ones pass, unequal ones are found, values are the reference's."""

from __future__ import annotations

import mpmath
import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.derivation_check import first_unequal, indexed, value_at
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference

UNIT = Gaussian.from_head(0, 1)
GENERAL = "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2"


def unequal(*steps: str, name: str = "std", standard: bool = True, several: bool = False) -> int | None:
    trees = [parse(step) for step in steps]
    return first_unequal(trees, PARAMETERIZATIONS[name], standard=standard, several=several)


def test_equal_steps_pass() -> None:
    assert unequal("E_q[log q - log p]", GENERAL, standard=False) is None
    assert unequal("E_q[x]", "mu_1", "mu") is None
    assert unequal("E_q[(x - mu_1)^2]", "sigma_1^2", "s^2") is None


@pytest.mark.parametrize(
    ("steps", "number"),
    [
        (("E_q[log q - log p]", GENERAL.replace("1/2", "1/3")), 1),
        (("sigma_1^2", "sigma_1^2", "sigma_1^2 + 1e-30"), 2),
        (("E_q[x^2]", "sigma_1^2"), 1),
    ],
)
def test_the_first_unequal_step_is_found(steps: tuple[str, ...], number: int) -> None:
    assert unequal(*steps, standard=False) == number


def test_a_step_that_holds_for_the_unit_prior_only() -> None:
    steps = ("E_q[log q - log p]", "log(1/sigma_1) + (sigma_1^2 + mu_1^2)/2 - 1/2")
    assert unequal(*steps, standard=True) is None
    assert unequal(*steps, standard=False) == 1


def test_sums_over_dimensions() -> None:
    steps = ("sum_j (E_q[log q_j - log p_j])", "sum_j (-1/2 (2 log s_j - s_j^2 - mu_j^2 + 1))")
    assert unequal(*steps, several=True) is None
    assert unequal(*steps[:1], "sum_j (mu_j)", several=True) == 1


def test_values_at_the_input_are_correctly_rounded() -> None:
    q, p = Gaussian.from_head("0.3", "0.5", "logvar"), Gaussian.from_head("-0.2", "1.5", "logstd")
    with mpmath.workdps(40):
        sigma_q, sigma_p = mpmath.exp(mpmath.mpf("0.25")), mpmath.exp(mpmath.mpf("1.5"))
        truth = reference.kl(mpmath.mpf("0.3"), sigma_q, mpmath.mpf("-0.2"), sigma_p)
        square = sigma_q**2 + mpmath.mpf("0.09")
    assert value_at(parse(GENERAL), q, p) == float(truth)
    assert value_at(parse("E_q[x^2]"), q, p) == float(square)


def test_names_in_a_dimension() -> None:
    assert (indexed("mu"), indexed("mu_1")) == ("mu_j", "mu_1j")

"""Every step is proved with sympy, reads as the documentation promises, and has the right value."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import mpmath
import pytest
import sympy

from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import children
from klcli.formula.tree import Call, Number, Reduction, Tree
from klcli.formula.value.arithmetic import Symbols, evaluate
from klcli.formula.write.printing import to_text
from klcli.gaussian import derivation, derivation_rules
from klcli.gaussian.derivation import Derivation, derive
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference

UNIT = Gaussian.from_head(0, 1)
OTHER = Gaussian.from_head("-0.7", "0.6")
NAMES = sorted(PARAMETERIZATIONS)


def steps(name: str, prior: Gaussian = UNIT) -> Derivation:
    return derive(Gaussian.from_head("0.3", "1.44", name), prior)


def texts(found: Derivation) -> list[str]:
    return [to_text(step.tree) for step in found.steps]


def test_the_forms_that_are_promised_for_a_variance() -> None:
    assert texts(steps("var")) == [
        "E_q[log q - log p]",
        "E_q[-1/2 log(2 pi * sigma_1^2) - (x - mu_1)^2/(2 sigma_1^2) - "
        "(-1/2 log(2 pi * sigma_2^2) - (x - mu_2)^2/(2 sigma_2^2))]",
        "1/2 log(2 pi * sigma_2^2) - 1/2 log(2 pi * sigma_1^2) + "
        "E_q[(x - mu_2)^2]/(2 sigma_2^2) - E_q[(x - mu_1)^2]/(2 sigma_1^2)",
        "log(sigma_2/sigma_1) + E_q[(x - mu_2)^2]/(2 sigma_2^2) - E_q[(x - mu_1)^2]/(2 sigma_1^2)",
        "log(sigma_2/sigma_1) + E_q[(x - mu_2)^2]/(2 sigma_2^2) - 1/2",
        "log(sigma_2/sigma_1) + "
        "E_q[(x - mu_1)^2 + 2 (mu_1 - mu_2) * (x - mu_1) + (mu_1 - mu_2)^2]/(2 sigma_2^2) - 1/2",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "log(1/sigma) + (sigma^2 + mu^2)/2 - 1/2",
        "-1/2 (2 log sigma - sigma^2 - mu^2 + 1)",
        "-1/2 (log sigma^2 - sigma^2 - mu^2 + 1)",
        "-1/2 (log s - s - mu^2 + 1)",
        "-1/2 (log(1.44) - 1.44 - 0.3^2 + 1)",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_two_log_sigma_is_log_sigma_squared_where_the_head_is_of_the_variance(name: str) -> None:
    of_variance = {"var", "logvar", "precision", "logprecision", "softplusvar"}
    rules = [step.words for step in derivation.steps_of_one_dimension(PARAMETERIZATIONS[name], standard=True)]
    assert ("2 log sigma = log sigma^2" in rules) == (name in of_variance)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("std", "-1/2 (2 log s - s^2 - mu^2 + 1)"),
        ("var", "-1/2 (log s - s - mu^2 + 1)"),
        ("logvar", "-1/2 (s - e^s - mu^2 + 1)"),
        ("logstd", "-1/2 (2 s - e^(2 s) - mu^2 + 1)"),
        ("precision", "-1/2 (-log s - 1/s - mu^2 + 1)"),
    ],
)
def test_the_form_in_the_head(name: str, form: str) -> None:
    assert texts(steps(name))[-2] == form


MEAN, DRAWN = sympy.Symbol("mu", real=True), sympy.Symbol("x", real=True)
SPREAD = sympy.Symbol("t", positive=True)


@cache  # the same for every step of every reading
def moment(power: int) -> Any:
    """The mean of a power of what is drawn from N(mu, t^2), which sympy integrates from the density."""
    normal = sympy.exp(-((DRAWN - MEAN) ** 2) / (2 * SPREAD**2)) / (SPREAD * sympy.sqrt(2 * sympy.pi))
    return sympy.integrate(DRAWN**power * normal, (DRAWN, -sympy.oo, sympy.oo))


def prove_equal(before: Tree, after: Tree, name: str, standard: bool) -> bool:
    """Whether two steps are equal for all values of their symbols."""
    mu, s, x = MEAN, sympy.Symbol("s", positive=True), DRAWN
    m2 = sympy.Integer(0) if standard else sympy.Symbol("mu_2", real=True)
    s2 = sympy.Integer(1) if standard else sympy.Symbol("sigma_2", positive=True)
    sigma = evaluate(PARAMETERIZATIONS[name].sigma, {"s": s}, Symbols())

    def density(mean: Any, scale: Any) -> Any:
        return sympy.exp(-((x - mean) ** 2) / (2 * scale**2)) / (scale * sympy.sqrt(2 * sympy.pi))

    q, p = density(mu, sigma), density(m2, s2)
    values = {
        "mu": mu,
        "mu_1": mu,
        "sigma": sigma,
        "sigma_1": sigma,
        "s": s,
        "mu_2": m2,
        "sigma_2": s2,
        "x": x,
    }
    values |= {"q": q, "p": p}

    def expectation(body: Any) -> Any:
        """Of a quadratic polynomial in x, by its moments."""
        polynomial = sympy.Poly(sympy.expand(sympy.expand_log(body, force=True)), x)
        return sum(factor * moment(power).subs(SPREAD, sigma) for (power,), factor in polynomial.terms())

    def value(tree: Tree) -> Any:
        if isinstance(tree, Reduction):
            return expectation(value(tree.body))
        if not children(tree):
            return evaluate(tree, values, Symbols())
        parts = [value(child) for child in children(tree)]
        run = Symbols()
        if isinstance(tree, Call):
            return run.call(tree.function, parts[0])
        return run.operate(tree.operator, *parts) if len(parts) == 2 else run.negative(parts[0])

    difference = sympy.expand(sympy.expand_log(value(before) - value(after), force=True))
    return bool(sympy.simplify(difference) == 0)


@pytest.mark.parametrize("prior", [UNIT, OTHER], ids=["unit prior", "any prior"])
@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_proved(name: str, prior: Gaussian) -> None:
    symbolic = steps(name, prior).steps[:-1]  # the last has numbers in it
    for before, after in pairwise(symbolic):
        assert prove_equal(before.tree, after.tree, name, prior is UNIT), after.words


def test_the_proof_can_fail() -> None:
    right, wrong = (
        parse("-1/2 (2 log sigma - sigma^2 - mu^2 + 1)"),
        parse("-1/2 (log sigma - sigma^2 - mu^2 + 1)"),
    )
    assert prove_equal(right, right, "std", True)
    assert not prove_equal(right, wrong, "std", True)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_has_the_value_of_the_divergence(name: str) -> None:
    with mpmath.workdps(50):
        sigma = reference.SIGMA[name](mpmath.mpf("1.44"))
        for prior, (m, t) in ((UNIT, (0, 1)), (OTHER, ("-0.7", "0.6"))):
            truth = reference.kl(mpmath.mpf("0.3"), sigma, mpmath.mpf(m), mpmath.mpf(t))
            for step in steps(name, prior).steps:
                assert step.value == float(truth), step.words


@pytest.mark.parametrize("dimension", [2, 3, 5])
def test_several_dimensions_are_sums(dimension: int) -> None:
    q = Gaussian.from_head([f"0.{j}" for j in range(dimension)], ["1.44"] * dimension, "var")
    p = Gaussian.from_head(["0.2"] * dimension, ["1.5"] * dimension, "logstd")
    found = derive(q, p, "bits")
    with mpmath.workdps(50):
        t = mpmath.exp(mpmath.mpf("1.5"))
        parts = [
            reference.kl(mpmath.mpf(f"0.{j}"), mpmath.mpf("1.2"), mpmath.mpf("0.2"), t)
            for j in range(dimension)
        ]
        truth = sum(parts) / mpmath.log(2)
        assert {step.value for step in found.steps} == {float(truth)}
    assert texts(found)[0] == "(sum_j (E_q[log q_j - log p_j]))/log(2)"
    assert (found.steps[-1].words == "numbers put in") == (dimension <= 3)


def test_a_prior_that_is_standard_under_another_reading_is_recognised() -> None:
    assert texts(steps("std", Gaussian.from_head(0, 0, "logvar"))) == texts(steps("std", UNIT))


def test_a_wrong_step_is_not_shown() -> None:
    wrong = "-1/2 (2 log sigma - sigma - mu^2 + 1)"
    with (
        patch.object(derivation_rules, "WITH_UNIT_PRIOR", (("half", wrong),)),
        pytest.raises(RuntimeError, match="the step 'half' does not equal"),
    ):
        steps("std")


def test_a_wrong_number_is_not_put_in() -> None:
    with (
        patch.object(derivation, "_numeral", lambda value: Number(abs(value) + 1)),
        pytest.raises(RuntimeError, match="'numbers put in' gives"),
    ):
        steps("std")


@pytest.mark.parametrize(
    ("mu", "head", "name"),
    [
        ("0", "1e120", "std"),
        ("0", "1e-170", "std"),
        ("0.3", "-2000", "logvar"),
        ("0", "1.00000000000000000001", "std"),
        ("0.1", "-700", "softplus"),
        ("0", "1", "std"),
    ],
)
def test_extreme_inputs_have_their_steps(mu: str, head: str, name: str) -> None:
    q = Gaussian.from_head(mu, head, name)
    with mpmath.workdps(400):
        truth = reference.kl(mpmath.mpf(mu), reference.SIGMA[name](mpmath.mpf(head)))
        assert derive(q, UNIT).steps[-1].value == float(truth)


def test_the_short_derivation_keeps_the_closed_forms() -> None:
    assert texts(derive(Gaussian.from_head("0.3", "1.44", "var"), UNIT, short=True)) == [
        "E_q[log q - log p]",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "log(1/sigma) + (sigma^2 + mu^2)/2 - 1/2",
        "-1/2 (2 log sigma - sigma^2 - mu^2 + 1)",
        "-1/2 (log sigma^2 - sigma^2 - mu^2 + 1)",
        "-1/2 (log s - s - mu^2 + 1)",
        "-1/2 (log(1.44) - 1.44 - 0.3^2 + 1)",
    ]

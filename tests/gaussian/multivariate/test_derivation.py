"""The derivation for matrices: its closed forms against torch, both sides of its checks, its proof."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import get_args
from unittest.mock import patch

import numpy as np
import pytest
import sympy

from klcli.formula.read.math_parser import parse_matrices as parse
from klcli.formula.value.decimal_arithmetic import Decimals
from klcli.formula.write.printing import to_text
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.multivariate import derivation
from klcli.gaussian.multivariate.derivation import DerivationCase, MatrixStep, derive, derive_at
from klcli.gaussian.multivariate.derivation_check import cases_of, first_unequal, point, value_at, value_here
from klcli.gaussian.multivariate.derivation_proof import PROVED_SIZES, proved
from klcli.gaussian.multivariate.divergence import divergence
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests.gaussian.multivariate.matrices import hilbert, identity, reference

STD = PARAMETERIZATIONS["std"]


def normal(rows: list[list[Fraction]], mean: str = "0") -> Gaussian:
    return Gaussian.from_matrix([Fraction(mean)], rows)


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
@pytest.mark.parametrize("unit", ["nats", "bits"])
def test_every_reading_is_derived(name: str, unit: str) -> None:
    steps = derive(PARAMETERIZATIONS[name], unit)  # type: ignore[arg-type]
    assert [row.case for row in steps] == sorted(
        (row.case for row in steps), key=get_args(DerivationCase).index
    )
    assert PARAMETERIZATIONS[name].meaning in steps[-1].step.words


def test_a_short_derivation_has_the_essential_steps() -> None:
    full, short = (derive(PARAMETERIZATIONS["std"], short=short) for short in (False, True))
    assert [full[place] for place in (0, 3, 4, 6, 7, 8)] == list(short)


@pytest.mark.parametrize("order", [2, 5])
def test_the_closed_forms_have_the_value_of_the_reference(order: int) -> None:
    """At the Hilbert matrix, against mpmath; with the unit prior and with another."""
    q = normal(hilbert(order), "0.5")
    for p, count in ((normal(identity(order)), 2), (normal(hilbert(order), "1"), 1)):
        found = divergence(q, p)
        true = reference(
            q.spread.matrix, p.spread.matrix, [a - b for a, b in zip(q.mean, p.mean, strict=True)]
        )
        valued = [row for row in derive_at(q, p, found.value) if row.step.value is not None]
        assert len(valued) == count
        for row in valued:
            assert value_here(row.step.tree, q, p) == pytest.approx(float(true.value), rel=1e-13)


def test_independent_dimensions_hold_more_steps() -> None:
    q = normal([[Fraction(2), Fraction(0)], [Fraction(0), Fraction(3)]])
    assert cases_of(q, normal(identity(2))) == ("any", "unit", "diagonal")
    valued = [
        row
        for row in derive_at(q, normal(identity(2)), divergence(q, normal(identity(2))).value)
        if row.step.value
    ]
    assert [row.case for row in valued] == ["any", "unit", "diagonal", "diagonal"]


def test_a_wrong_value_at_the_input_is_caught() -> None:
    q, p = normal(hilbert(3)), normal(identity(3))
    with pytest.raises(RuntimeError, match=r"gives .* and not"):
        derive_at(q, p, divergence(q, p).value * (1 + 1e-10))


@pytest.mark.parametrize("place", range(1, 8))
def test_a_wrong_step_is_caught(place: int) -> None:
    """Any two steps of which the second is doubled."""
    rows = [(row.step.tree, row.case) for row in derive(STD)]
    tree, case = rows[place]
    rows[place] = (
        parse(f"2 ({to_text(tree)})") if place != 6 else parse("sum_j (v_j + mu_j^2 - 1 - log v_j)"),
        case,
    )
    assert first_unequal(rows, STD) == place


def test_a_derivation_with_a_wrong_step_is_not_handed_out() -> None:
    wrong = [*derivation._STEPS]
    wrong[4] = ("unit", "unit prior", "1/2 (tr(Sigma) + mu^T mu - d)")
    with patch.object(derivation, "_STEPS", wrong), pytest.raises(RuntimeError, match="step 5"):
        derive(STD)


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_the_diagonal_reduction_is_proved(name: str) -> None:
    reading = PARAMETERIZATIONS[name]
    marks = proved(derive(reading), reading)
    assert marks == (None, None, None, None, True, True, True, True)


def test_what_is_wrong_is_not_proved() -> None:
    steps = list(derive(STD))
    steps[6] = MatrixStep(
        replace(steps[6].step, tree=parse("sum_j 1/2 (v_j + mu_j^2 - 1 - log(2 v_j))")), "diagonal"
    )
    assert proved(steps, STD)[5] is False


def test_the_reduction_by_hand_with_sympy() -> None:
    """tr, det and mu^T mu of a diagonal matrix of three symbols, written with sympy's own matrices."""
    variances, means = sympy.symbols("v_1:4", positive=True), sympy.Matrix(sympy.symbols("m_1:4", real=True))
    matrix = sympy.diag(*variances)
    whole = (matrix.trace() + (means.T * means)[0] - 3 - sympy.log(matrix.det())) / 2
    terms = sum((v + m**2 - 1 - sympy.log(v)) / 2 for v, m in zip(variances, means, strict=True))
    assert sympy.simplify(sympy.expand_log(whole - terms, force=True)) == 0
    assert PROVED_SIZES[-1] >= 3


def test_steps_lead_from_the_definition_to_the_head() -> None:
    texts = [to_text(row.step.tree) for row in derive(STD)]
    assert texts[0] == "E_q[log q - log p]"
    assert texts[-1] == "-1/2 (2 log s - s^2 - mu^2 + 1)"
    assert all(first != second for first, second in itertools.pairwise(texts))


def test_an_expectation_is_that_of_a_quadratic_form() -> None:
    """E_q[(x - m)^T A (x - m)] = tr(A S) + (mu - m)^T A (mu - m), with numpy; parts without x stand in it."""
    mean, other, root = np.array([0.5, -1.25]), np.array([2.0, 0.25]), np.array([[1.5, 0.0], [-0.25, 0.5]])
    covariance, prior = root @ root.T, np.array([[2.0, 0.5], [0.5, 1.0]])
    run = Decimals(30)
    means = [[run.number(Fraction(x)) for x in row] for row in (mean, other)]
    matrices = [tuple(tuple(run.number(Fraction(x)) for x in row) for row in m) for m in (covariance, prior)]
    values = point("any", list(map(tuple, means)), matrices, tuple(means[0]), means[0][0], run)
    form = "E_q[(x - mu_2)^T Sigma_2^-1 (x - mu_2)]"
    inverse, step = np.linalg.inv(prior), mean - other
    expected = np.trace(inverse @ covariance) + step @ inverse @ step
    for text, true in (
        (form, expected),
        (f"1/2 {form} + log|Sigma_2|", expected / 2 + np.log(np.linalg.det(prior))),
        ("E_q[log p]", -(expected + np.log(np.linalg.det(prior)) + 2 * np.log(2 * np.pi)) / 2),
    ):
        assert float(value_at(parse(text), values, run)) == pytest.approx(true, rel=1e-14)

"""The data of compare: what verify says of each formula, under its name, and which of them are exact."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.math_parser import parse
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS, Judged, compare
from klcli.report.compare_data import CompareData, Expectation, FormulaData, PointData, Truth
from klcli.report.verify_data import VerifyData
from klcli.witness.examination import examine

MU, SIGMA = Fraction(3, 10), Fraction(6, 5)
VAR = PARAMETERIZATIONS["var"]


def judged(**formulas: str) -> tuple[Judged, ...]:
    return compare({name: parse(text) for name, text in formulas.items()}, VAR, MU, SIGMA)


def data(*formulas: Judged) -> CompareData:
    found = examine(Gaussian.from_head(MU, SIGMA), Gaussian.from_head(Fraction(0), Fraction(1)), samples=1000)
    assert found.closed_form
    assert found.integral
    assert found.monte_carlo
    truth = Truth(found.closed_form.value, found.integral, found.monte_carlo, "agrees", {}, 2.0)
    many = tuple(map(FormulaData, formulas))
    point = PointData(MU, SIGMA, 1.44)
    return CompareData("x", "var", "nats", point, truth, many, (), Expectation("B", True), None, ())


def test_a_formula_has_the_fields_of_verify_and_its_numbers() -> None:
    (one,) = compare({"B": FORMULAS["B"]}, VAR, MU, SIGMA)
    found = FormulaData(one)
    assert next(iter(found)) == "name"
    assert {field.name for field in fields(VerifyData)} - {"schema"} < set(found)
    assert "schema" not in found
    expected = {"name": "B", "verdict": "exact", "scale": "1", "parameterization": "var", "proof": "symbolic"}
    assert {key: found[key] for key in expected} == expected
    assert found["value"] == one.value
    assert found["curvature"] == pytest.approx(2)  # of the KL in sigma, at sigma = 1
    assert found["exact_under"] == ("var",)


def test_what_is_no_kl_has_no_proof() -> None:
    (one,) = judged(F="mu^2 + s")
    assert FormulaData(one)["proof"] is None


def test_only_the_exact_ones_count() -> None:
    assert data(*judged(B="(s + mu^2 - 1 - log s)/2", A="s + mu^2 - 1 - log s")).exact == ("B",)


@pytest.mark.parametrize(("small", "expected"), [("1e-6", ("E",)), ("0.1", ())])
def test_what_is_exact_with_a_condition_counts_where_that_passes(
    small: str, expected: tuple[str, ...]
) -> None:
    """log(v + c) at v = 1e-4 is off by log(1 + c/v)/2: 5e-3 of a KL of 4.1 for 1e-6, 3.5 for 0.1."""
    program = read_program(f"0.5 * (s + mu**2 - 1 - torch.log(s + {small}))", "python")
    found = compare({"E": program.tree}, VAR, MU, SIGMA, {"E": program})
    assert data(*found).exact == expected


def test_it_is_shown_in_short() -> None:
    text = repr(data(*judged(B="(s + mu^2 - 1 - log s)/2")))
    assert (
        text == "CompareData(parameterization='var', exact=('B',), expect=Expectation(name='B', holds=True))"
    )

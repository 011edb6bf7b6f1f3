"""Formulas without a reading: which is right under which, and the values at the point."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import exp, log

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.tree import Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS, ComparisonEntry, matrix
from klcli.report.compare_overview import readings_report
from klcli.report.document import CellTable, Heading, Paragraph
from klcli.report.report import Report
from klcli.report.wording import plain

MU, SIGMA = Fraction(3, 10), Fraction(6, 5)
KL = (1.44 + 0.09 - 1) / 2 - log(1.2)
TABLE = matrix(FORMULAS, MU, SIGMA)


def report(formulas: Mapping[str, Tree] = FORMULAS, *, every: bool = False) -> Report:
    table = TABLE if formulas is FORMULAS else matrix(formulas, MU, SIGMA)
    return readings_report(formulas, table, MU, SIGMA, every=every)


def tables(found: Report) -> list[list[list[str]]]:
    return [
        [[plain(cell.text) for cell in row] for row in one.rows]
        for one in found.document.blocks
        if isinstance(one, CellTable)
    ]


def test_each_has_its_reading() -> None:
    found = report()
    assert found.document.title == "each is right under one reading: A std, B var, C logvar, D logstd"
    assert found.bare == "A std\nB var\nC logvar\nD logstd"
    assert found.holds
    assert repr(found.data) == "Overview(A='std', B='var', C='logvar', D='logstd')"


@pytest.mark.parametrize(
    ("formulas", "title"),
    [
        ({"F": "mu^2 + s"}, "right under these readings: F none"),
        (
            {"A": "(s^2 + mu^2 - 1)/2 - log s", "F": "mu^2 + s"},
            "right under these readings: A std, F none",
        ),
    ],
)
def test_a_formula_that_is_right_under_none(formulas: dict[str, str], title: str) -> None:
    found = report({name: parse(text) for name, text in formulas.items()})
    assert found.document.title == title


def test_heads_stand_for_the_sigma_of_the_point() -> None:
    heads = report().data.heads
    expected = {
        "std": 1.2,
        "var": 1.44,
        "logstd": log(1.2),
        "logvar": log(1.44),
        "precision": 1 / 1.44,
        "logprecision": -log(1.44),
        "softplus": log(exp(1.2) - 1),
        "softplusvar": log(exp(1.44) - 1),
        "sigmoid": None,  # its sigma is below 1
    }
    assert {name: heads[name] for name in expected} == {
        name: None if value is None else pytest.approx(value, rel=1e-14) for name, value in expected.items()
    }


def test_records_are_the_table() -> None:
    rows = report().rows
    assert len(rows) == len(TABLE) == 4 * len(PARAMETERIZATIONS)
    first = rows[0]
    assert (first["parameterization"], first["name"], first["verdict"]) == ("std", "A", "exact")
    assert first["value"] == pytest.approx(KL, rel=1e-14)
    assert first["truth"] == pytest.approx(KL, rel=1e-14)
    assert (first["head"], first["formula"]) == (1.2, "-1/2 (2 log s - s^2 - mu^2 + 1)")


def test_values_that_are_the_kl_are_marked() -> None:
    right, values = tables(report())
    assert [row[0] for row in right] == list("ABCD")
    assert right[1][2] == "a variance, s = sigma^2"
    assert values[0] == ["std", "1.2", "* 0.0826784", "0.0538392", "0.605058", "3.85659"]
    assert [row[0] for row in values] == ["std", "var", "logstd", "logvar"]


def test_all_readings_where_they_are_wanted() -> None:
    values = tables(report(every=True))[1]
    assert [row[0] for row in values] == list(PARAMETERIZATIONS)
    assert next(row for row in values if row[0] == "sigmoid") == ["sigmoid", *["–"] * 5]


def test_two_readings_of_a_formula_are_both_said() -> None:
    both = [*TABLE, ComparisonEntry("precision", "A", "exact", None)]
    again = readings_report(FORMULAS, both, MU, SIGMA, every=False)
    texts = [tables(one)[0][0][2] for one in (report(), again)]
    assert [text.count(" or ") for text in texts] == [0, 1]
    assert str(again.document.title).startswith("right under these readings: A std and precision")


def test_the_point_is_said() -> None:
    heading = next(one for one in report().document.blocks if isinstance(one, Heading))
    assert heading.text == "nats at mu = 0.3, sigma = 1.2, where KL(q || N(0, 1)) ≈ 0.0826784"
    assert isinstance(report().document.blocks[-1], Paragraph)

"""The tables of compare: at the point, along sigma, and under every reading."""

from __future__ import annotations

from fractions import Fraction
from math import log

import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS, Judged, compare, matrix
from klcli.report.compare_tables import along_sigma, at_point, figure, under_every_reading
from klcli.report.document import CellTable
from tests.report.test_compare_data import data

MU, SIGMA = Fraction(3, 10), Fraction(6, 5)


def judged(reading: str, **formulas: str) -> tuple[Judged, ...]:
    trees = {name: parse(text) for name, text in formulas.items()}
    return compare(trees, PARAMETERIZATIONS[reading], MU, SIGMA)


def texts(table: CellTable) -> list[list[str]]:
    return [[str(cell.text) for cell in row] for row in table.rows]


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(None, 6, "–"), (0.12345678, 6, "0.123457"), (2.0, 4, "2"), (0.0, 6, "0")]
)
def test_a_number_or_a_dash(value: float | None, digits: int, text: str) -> None:
    assert figure(value, digits) == text


def test_numbers_at_the_point() -> None:
    """B read as a standard deviation is (s - 1 - log s)/2 in s: 1/2 at its minimum, s = 1, where its slope is 0."""
    formulas = judged("std", A="(s^2 + mu^2 - 1)/2 - log s", B="(s + mu^2 - 1 - log s)/2")
    table = at_point(data(*formulas), formulas, full=True)
    kl, other = (0.44 + 0.09) / 2 - log(1.2), (0.2 + 0.09 - log(1.2)) / 2
    assert texts(table) == [
        ["KL", "", f"{kl:.6g}", "1", "sigma = 1", "2", "0", ""],
        ["A", "exact", f"{kl:.6g}", "1", "sigma = 1", "2", "0", "std"],
        ["B", "wrong", f"{other:.6g}", f"{other / kl:.4g}", "sigma = 1", "0.5", "0", "var"],
    ]
    assert [row[1].tone for row in table.rows] == ["strong", "good", "bad"]
    assert [one.numeric for one in table.columns] == [False, False, True, True, False, True, True, False]


def test_slopes_are_of_the_full_table() -> None:
    formulas = judged("std", A="(s^2 + mu^2 - 1)/2 - log s")
    short, full = (at_point(data(*formulas), formulas, full=full) for full in (False, True))
    assert [one.title for one in full.columns if one not in short.columns] == ["slope at sigma = 1"]
    assert texts(short) == [row[:6] + row[7:] for row in texts(full)]


@pytest.mark.parametrize(
    ("text", "lowest"),
    [
        ("((mu - 1/2)^2 + s^2 - 1)/2 - log s", "mu = 0.5, sigma = 1"),
        ("(mu^2 + s^2/4 - 1)/2 - log s", "sigma = 2"),
        ("mu^2", "any sigma"),
        ("mu^2 - s", "none"),
    ],
)
def test_where_it_is_lowest(text: str, lowest: str) -> None:
    formulas = judged("std", F=text)
    assert texts(at_point(data(*formulas), formulas, full=True))[1][4].startswith(lowest)


def test_ratios_along_sigma() -> None:
    """C is twice A in the head of a standard deviation; an estimator has no sigma."""
    formulas = judged("std", A="s^2 + mu^2 - 1 - 2 log s", k1="logprobs - ref_logprobs")
    table = along_sigma(formulas, PARAMETERIZATIONS["std"])
    assert [one.title for one in table.columns][1:] == [
        f"sigma = {one}" for one in ("0.1", "0.5", "0.9", "1.1", "2", "10")
    ]
    assert texts(table) == [["A", *["2"] * 6]]


def test_every_reading_has_a_row() -> None:
    table = under_every_reading(matrix(FORMULAS, MU, SIGMA))
    assert [row[0] for row in texts(table)] == list(PARAMETERIZATIONS)
    assert [one.title for one in table.columns] == ["head", "A", "B", "C", "D"]
    rows = {row[0]: row[1:] for row in texts(table)}
    assert rows["std"][:2] == ["0.0826784 exact", "0.0538392 wrong"]
    assert rows["var"][1] == "0.0826784 exact"
    # A sigmoid's sigma is below 1: no head stands for 1.2.
    assert all(cell.startswith("– ") for cell in rows["sigmoid"])
    assert table.rows[0][1].tone == "good"
    assert table.rows[0][2].tone == "bad"

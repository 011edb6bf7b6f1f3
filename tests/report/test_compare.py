"""The report of a comparison: its data, its records, and which of its parts stand where."""

from __future__ import annotations

from fractions import Fraction
from math import log
from typing import Any

import pytest

from klcli.formula.read.math_parser import parse
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS, Judged, compare, matrix
from klcli.report.compare import compare_report
from klcli.report.compare_data import Expectation
from klcli.report.document import CellTable, FactList, Heading, Item, Paragraph
from klcli.report.report import Report
from klcli.report.wording import plain
from klcli.values import replace
from klcli.witness.examination import Examination, examine

MU, SIGMA = Fraction(3, 10), Fraction(6, 5)
STANDARD = Gaussian.from_head(Fraction(0), Fraction(1))
KL = (1.44 + 0.09 - 1) / 2 - log(1.2)
VAR = PARAMETERIZATIONS["var"]


@pytest.fixture(scope="module")
def judged() -> tuple[Judged, ...]:
    return compare(FORMULAS, VAR, MU, SIGMA)


@pytest.fixture(scope="module")
def truth() -> Examination:
    return examine(Gaussian.from_head(MU, SIGMA), STANDARD, samples=1000)


def paragraphs(report: Report) -> list[tuple[str, str]]:
    blocks = report.document.blocks
    return [(plain(one.text), one.tone) for one in blocks if isinstance(one, Paragraph)]


def headings(report: Report) -> list[str]:
    return [one.text for one in report.document.blocks if isinstance(one, Heading)]


def test_its_numbers_are_those_of_the_point(judged: tuple[Judged, ...], truth: Examination) -> None:
    report = compare_report(VAR, MU, SIGMA, judged, truth)
    data = report.data
    assert (data.schema, data.parameterization, data.unit) == ("klcli.compare/2", "var", "nats")
    assert (data.point.mu, data.point.sigma, data.point.head) == (MU, SIGMA, 1.44)
    assert data.truth.value == pytest.approx(KL, rel=1e-14)
    assert (dict(data.truth.minimum), data.truth.curvature) == ({"mu": 0.0, "sigma": 1.0, "value": 0.0}, 2.0)
    # B is the formula of a variance: N(0, 1) is its lowest point, and its second derivative in sigma there is 2.
    assert data.exact == ("B",)
    assert report.bare == "B"
    assert report.holds
    row = report.rows[1]
    assert (row["name"], row["verdict"], row["exact_under"]) == ("B", "exact", "var")
    assert row["value"] == pytest.approx(KL, rel=1e-14)
    assert row["ratio"] == pytest.approx(1, rel=1e-14)
    assert (row["minimum_mu"], row["minimum_sigma"]) == (0.0, 1.0)
    assert row["curvature"] == pytest.approx(2)
    assert [one["name"] for one in report.rows] == list("ABCD")


def test_the_head_is_said_with_the_point(judged: tuple[Judged, ...], truth: Examination) -> None:
    report = compare_report(VAR, MU, SIGMA, judged, truth)
    facts = next(one for one in report.document.blocks if isinstance(one, FactList)).facts
    assert (facts[0].value, facts[0].remark) == ("mu = 0.3, sigma = 1.2", "so s = 1.44")
    assert facts[1].value == "≈ 0.0826784 nats"
    assert plain(report.document.title) == "KL(q || N(0, 1)) when the head s is a variance: s = sigma^2"


@pytest.mark.parametrize(
    ("names", "text", "tone"),
    [
        ("ABCD", "B is exact; A, C and D are not", "strong"),
        ("BA", "B is exact; A is not", "strong"),
        ("B", "B is exact", "strong"),
        ("AC", "none of A and C is exact", "bad"),
    ],
)
def test_the_first_line_counts(
    judged: tuple[Judged, ...], truth: Examination, names: str, text: str, tone: str
) -> None:
    some = tuple(one for name in names for one in judged if one.name == name)
    assert paragraphs(compare_report(VAR, MU, SIGMA, some, truth))[0] == (text, tone)


def test_two_that_are_exact(truth: Examination) -> None:
    twice = compare({"B": FORMULAS["B"], "E": parse("(s + mu^2 - 1 - log s)/2")}, VAR, MU, SIGMA)
    report = compare_report(VAR, MU, SIGMA, twice, truth)
    assert paragraphs(report)[0] == ("B and E are exact", "strong")
    assert report.bare == "B E"


def test_an_expectation_decides_and_is_said(judged: tuple[Judged, ...], truth: Examination) -> None:
    kept = compare_report(VAR, MU, SIGMA, judged, truth, expected=Expectation("B", True))
    assert kept.holds
    assert ("expected: B is exact when s is a variance", "good") in paragraphs(kept)
    missed = compare_report(VAR, MU, SIGMA, judged, truth, expected=Expectation("A", False))
    assert not missed.holds
    assert ("expected: A is not exact when s is a variance", "bad") in paragraphs(missed)
    assert compare_report(VAR, MU, SIGMA, judged, truth).data.expect is None


def test_a_short_one_fits_a_screen(judged: tuple[Judged, ...], truth: Examination) -> None:
    long = compare_report(VAR, MU, SIGMA, judged, truth)
    short = compare_report(VAR, MU, SIGMA, judged, truth, full=False)
    assert headings(short) == ["in numbers, at that point"]
    assert headings(long) == ["in numbers, at that point", "ratio to the KL along sigma, at mu = 0.3"]
    assert paragraphs(short)[-1][0].startswith("--full shows")
    assert not any(text.startswith("--full") for text, _ in paragraphs(long))
    assert (short.is_pictured, long.is_pictured) == (False, True)

    def lines(report: Report) -> list[int]:
        return [len(one.lines) for one in report.document.blocks if isinstance(one, Item)]

    assert (lines(short), lines(long)) == ([2] * 4, [3] * 4)


def test_a_formula_is_shown_in_the_head_of_the_reading(
    judged: tuple[Judged, ...], truth: Examination
) -> None:
    report = compare_report(VAR, MU, SIGMA, judged, truth)
    item = next(one for one in report.document.blocks if isinstance(one, Item) and one.label == "B")
    formula, under, verdict = map(plain_line, item.lines)
    assert formula == ("-1/2 (log s - s - mu^2 + 1)", "plain")
    assert under[0].endswith("s = sigma^2: -1/2 (log sigma^2 - sigma^2 - mu^2 + 1)")
    assert (verdict[0].partition(":")[0], verdict[1]) == ("exact", "good")


def plain_line(line: Any) -> tuple[str, str]:
    return plain(line.text), line.tone


def test_every_reading_is_a_table_where_it_is_wanted(judged: tuple[Judged, ...], truth: Examination) -> None:
    every = matrix(FORMULAS, MU, SIGMA)
    report = compare_report(VAR, MU, SIGMA, judged, truth, table=every, full=False)
    assert headings(report)[-1] == "every reading, at mu = 0.3, sigma = 1.2"
    table = [one for one in report.document.blocks if isinstance(one, CellTable)][-1]
    assert len(table.rows) == len(PARAMETERIZATIONS)
    assert report.data.table == every


def test_a_witness_that_disagrees_fails_it(judged: tuple[Judged, ...]) -> None:
    off = replace(examine(Gaussian.from_head(MU, SIGMA), STANDARD, samples=1000), status="disagrees")
    assert not compare_report(VAR, MU, SIGMA, judged, off).holds

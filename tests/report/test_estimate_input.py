"""What is said of a table beside its estimates: what its rows are taken for, and what is odd about them."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.report.estimate_input import GaussianPair, assumption, sample_problems, warnings
from klcli.samples.gaussian_samples import SampleCheck
from klcli.tables.collected_log_ratios import TableRead
from klcli.values import replace
from tests.report.test_estimate import SOUND, estimated

ONE = Gaussian.from_head(0, 1)
FOUND = estimated(SOUND)


def table(**given: Any) -> TableRead:
    return TableRead("a.csv", {"log_q": "lq", "log_p": "lp"}, 10_000, **given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "each row is an independent sample of q"),
        ({"group": "seq"}, "each group is an independent sample of q"),
        ({"suspected_group": "seq"}, "rows with the same seq are not independent, and each is a sample of q"),
    ],
)
def test_what_rows_are_taken_for(given: dict[str, Any], text: str) -> None:
    assert assumption(table(**given)) == text


@pytest.mark.parametrize(
    ("of_q", "of_p", "text"),
    [
        (True, True, []),
        (True, False, []),
        (False, True, ["the samples look like samples of p and not of q"]),
        (False, False, ["these are no samples of q"]),
    ],
)
def test_whose_samples_they_are(of_q: bool, of_p: bool, text: list[str]) -> None:
    checks = (SampleCheck(1, 0, 0, 1, 0, agrees) for agrees in (of_q, of_p))
    found = list(sample_problems(GaussianPair(ONE, ONE, *checks)))
    assert [one.partition(",")[0] for one in found] == text


@pytest.mark.parametrize(
    ("given", "padded", "texts"),
    [
        ({}, 0.0, []),
        ({}, 0.099, []),
        ({}, 0.1, ["10 % of the rows are 0 in both columns at the ends of sequences: padding"]),
        (
            {"suspected_group": "seq"},
            0.0,
            ["the values of column seq repeat, so that rows with the same one are no independent samples"],
        ),
        (
            {"copies": 2.0},
            0.0,
            ["rows are copies: the same log q - log p stands there 2 times on average"],
        ),
        ({"copies": 3.0, "group": "id"}, 0.0, ["sequences are copies"]),
        (
            {"variance_inflation": 2.0},
            0.0,
            ["rows that follow each other are alike, as tokens of a sequence"],
        ),
        ({"variance_inflation": 2.0, "group": "id"}, 0.0, ["--group id --independent says that they are"]),
        ({"variance_inflation": 2.0, "copies": 2.0}, 0.0, ["rows are copies"]),
        ({"probabilities": True}, 0.0, ["these look like probabilities: both columns lie between 0 and 1"]),
        ({"skipped_rows": 1200}, 0.0, ["1,200 rows with missing numbers are left out"]),
    ],
)
def test_what_is_odd_about_a_table(given: dict[str, Any], padded: float, texts: list[str]) -> None:
    found = list(warnings(table(**given), FOUND, padded))
    assert len(found) == len(texts)
    assert all(text in one for one, text in zip(found, texts, strict=True))


def test_what_is_odd_about_its_numbers() -> None:
    infinite = replace(FOUND, infinite_rows=1500, rows=10_000)
    assert list(warnings(table(first_infinite="line 17"), infinite)) == [
        "p(x) = 0 in 1,500 of 10,000 rows, first in line 17: q has mass where p has none, so that "
        "KL(q || p) is infinite"
    ]
    (text,) = warnings(table(), replace(FOUND, sign="unclear"))
    assert text == "k1 is negative by more than the noise of these rows"

"""The words of an estimation say what its numbers say, in every case."""

from __future__ import annotations

from math import inf, log

import numpy
import pytest

from klcli.report.document import CellTable
from klcli.report.estimate import estimate_report
from klcli.report.estimate_wording import (
    error_bar_text,
    interval_text,
    mean_text,
    problems,
    shape_text,
    sign_text,
    tail_text,
)
from klcli.samples.estimates import TableEstimates, estimation
from klcli.samples.ratio_sums import RatioSums
from klcli.samples.token_means import TokenMeans
from klcli.tables.collected_log_ratios import TableRead
from tests.samples.test_estimates import normal_table

UNIFORM = (numpy.arange(10_000) + 0.5) / 10_000


def estimated(log_ratios: numpy.ndarray | list[float]) -> TableEstimates:
    sums = RatioSums()
    sums.add(numpy.asarray(log_ratios, dtype=float))
    return estimation(sums)


SOUND = normal_table(10_000, 0.3, 1.2)


@pytest.mark.parametrize(
    ("log_ratios", "text"),
    [
        (SOUND, "k1 is positive, as a KL is."),
        ([0.0, 0.0], "k1 is 0, so that nothing tells q from p in these rows."),
        ([0.5, -0.6], "and that is noise: -0.05 is 0.1 standard errors of these rows below 0"),
        ([-7.4, -7.5], "An event of a probability below 15/2 that they missed"),
        (
            [-8.0] * 10,
            "a bug and no noise: the log r add up to 80, which samples of q reach with a probability below e^-80.",
        ),
        ([1.0, inf], "A KL is never negative."),
    ],
)
def test_signs(log_ratios: numpy.ndarray | list[float], text: str) -> None:
    assert text in sign_text(estimated(log_ratios))


def test_the_share_of_negative_rows() -> None:
    assert "Single rows of k1 may be negative, and 25 % are" in sign_text(estimated([1.0, 2.0, -0.5, 3.0]))


@pytest.mark.parametrize(
    ("shape", "tail"),
    [
        (0.2, "below 1/2, so that r has a variance"),
        (0.45, "not surely below 1/2"),
        (0.6, "k ≥ 1/2, no variance; k3 converges slowly"),
        (0.9, "k ≥ 0.7, no variance; k3 is no estimate"),
        (1.5, "k ≥ 1, not even a mean"),
    ],
)
def test_tails(shape: float, tail: str) -> None:
    """r = u^-k of uniform u has a tail of shape k, and a mean above 1."""
    found = estimated(shape * numpy.log(UNIFORM))
    assert tail in tail_text(found)
    assert error_bar_text(found.estimates[2], found).startswith("no error bar: ")


@pytest.mark.parametrize(
    ("log_ratios", "text"),
    [
        (normal_table(10_000, 0, 0.5), "no error bar: rare rows carry the average, however many there are"),
        (normal_table(10_000, 0, 0.95), "no error bar: rare rows carry the average, about "),
        (normal_table(1000, 0.3, 1.2), "no error bar: fewer than 5,000 rows"),
        (normal_table(20_000, 0.1, 1) + 0.01, "no error bar: the mean of r is far from 1"),
        (2 * UNIFORM[::-1] ** -0.9, "no error bar: log r has a heavy tail (k = "),
        (2 * UNIFORM[::-1] ** -0.6, "no error bar: log r may have no variance (tail k = "),
    ],
)
def test_why_k3_has_no_error_bar(log_ratios: numpy.ndarray, text: str) -> None:
    found = estimated(log_ratios)
    assert error_bar_text(found.estimates[2], found).startswith(text)


def test_tails_that_are_none() -> None:
    assert tail_text(estimated([0.1, 0.2])) == "too few rows for a tail"
    assert tail_text(estimated([0.1, -0.1] * 500)) == "the largest ratios are equal: no tail"
    assert shape_text(estimated([0.1, 0.2]).ratio_tail) == "k unknown"


@pytest.mark.parametrize(
    ("log_ratios", "texts"),
    [
        (SOUND, ("", "no error bar: biased, its mean is not the KL", "")),
        (
            [0.1, 0.2],
            (
                "no error bar: fewer than 100 rows",
                "no error bar: biased, its mean is not the KL",
                "no error bar: fewer than 5,000 rows",
            ),
        ),
        ([1.0, inf], ("p(x) = 0 in a row",) * 3),
        ([1e300, 1.0], ("no error bar: beyond the doubles",) * 3),
    ],
)
def test_error_bars(log_ratios: numpy.ndarray | list[float], texts: tuple[str, ...]) -> None:
    found = estimated(log_ratios)
    assert tuple(error_bar_text(row, found) for row in found.estimates) == texts


@pytest.mark.parametrize(
    ("log_ratios", "text"),
    [
        (SOUND, "agrees with 1, as it must for samples of q"),
        (SOUND - 0.3, "above 1, which samples of q do not give"),
        (SOUND + 0.3, "below 1"),
        ([-0.010] * 1000, "off by more than its noise; an event that the rows missed can explain it"),
        ([0.1, 0.2], "it is 1 for samples of q; too few or dependent rows, or too heavy a tail, to tell"),
    ],
)
def test_means(log_ratios: numpy.ndarray | list[float], text: str) -> None:
    assert mean_text(estimated(log_ratios).ratio).startswith(text)


@pytest.mark.parametrize(
    ("log_ratios", "texts"),
    [
        (SOUND, ()),
        (-SOUND, ("are log q and log p swapped",)),
        (SOUND - 0.3, ("these are not samples of q with both log densities",)),
        (SOUND + 0.3, ("either p has mass where no row is",)),
    ],
)
def test_problems(log_ratios: numpy.ndarray, texts: tuple[str, ...]) -> None:
    found = list(problems(estimated(log_ratios)))
    assert len(found) == len(texts)
    assert all(text in problem for text, problem in zip(texts, found, strict=True))


@pytest.mark.parametrize(
    ("interval", "error", "text"),
    [
        ((0.07861, 0.08684), 0.0021, "0.0786 to 0.0868"),
        ((-12.4, 1012.6), 261.0, "-10 to 1010"),
        ((1e-9, 3e-9), 5e-10, "1e-09 to 3e-09"),
        ((0.5, 0.5), 0.0, "0.5 to 0.5"),
        (None, 0.1, ""),
    ],
)
def test_intervals(interval: tuple[float, float] | None, error: float, text: str) -> None:
    assert interval_text(interval, error) == text


def test_a_report_fails_where_a_problem_is() -> None:
    for log_ratios, holds in ((SOUND, True), (-SOUND, False)):
        found = estimated(log_ratios)
        report = estimate_report(TableRead("t.csv", {"log_ratio": "l"}, found.rows), found, "bits")
        assert report.holds is holds
        assert float(report.bare) == pytest.approx(log_ratios.mean() / log(2), rel=1e-12)
        assert report.data.status == ("consistent" if holds else "inconsistent")
        assert [row["status"] for row in report.rows] == [report.data.status] * 3


@pytest.mark.parametrize("log_ratios", [[0.1, 0.2, -0.05], normal_table(1000, 0.5, 0.8), -SOUND])
def test_where_no_error_bar_is_valid_none_is_shown(log_ratios: numpy.ndarray | list[float]) -> None:
    """It used to say ``0.130 ± 0.019`` beside ``no error bar``."""
    found = estimated(log_ratios)
    report = estimate_report(TableRead("t.csv", {"log_ratio": "l"}, found.rows), found, "nats")
    (table,) = (block for block in report.document.blocks if isinstance(block, CellTable) and len(block.columns) == 4
                and block.columns[-1].title == "error bar")  # fmt: skip
    for row, estimate, record in zip(table.rows, report.data.estimates, report.rows, strict=True):
        shown = estimate["error_bar"] == "valid"
        assert ("±" in str(row[1].text)) is shown
        assert (row[3].text == "valid") is shown
        assert (estimate["standard_error"] is not None) is shown
        assert (estimate["interval"] is not None) is shown
        assert (record["standard_error"] is not None) is shown


def test_rows_of_groups() -> None:
    sums, tokens = RatioSums(), TokenMeans(RatioSums())
    totals = normal_table(400, 0.3, 1.2)
    sums.add(totals)
    terms = tokens.terms(numpy.repeat(totals / 8, 8))
    tokens.add(terms.reshape(400, 8, -1).sum(axis=1), numpy.full(400, 8.0))
    table = TableRead("t.csv", {"log_ratio": "l"}, 400, group="id", grouped_rows=3200)
    data = estimate_report(table, estimation(sums), "bits", None, tokens).data
    k1, mean = data.estimates[0], data.mean_per_row
    assert (mean.rows, mean.groups) == (3200, 400)
    assert mean.value == pytest.approx(k1["value"] / 8)
    assert mean.standard_error == pytest.approx(k1["standard_error"] / 8, rel=1e-9)
    assert mean.interval == pytest.approx([end / 8 for end in k1["interval"]], rel=1e-9)

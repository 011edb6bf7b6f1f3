"""What runlog says of logged KLs: what a name is, what its numbers rule out, where its level changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from klcli.report.document import CellTable, Curve, Paragraph
from klcli.report.report import Report
from klcli.report.runlog import LoggedSeries, runlog_report
from klcli.samples.change_point import LevelChange, LevelSearch
from klcli.tables.series import LogSeries

UP = LevelChange(place=50, low=45, high=55, before=0.1, after=0.2, statistic=9.0, is_drift=False)
DRIFT = LevelChange(place=50, low=-3, high=99, before=0.1, after=0.2, statistic=9.0, is_drift=True)
NONE = LevelSearch((), True)


def logged(
    name: str = "kl", values: Sequence[float] = (1.0, 2.0), search: LevelSearch = NONE, **given: Any
) -> LoggedSeries:
    steps = given.pop("steps", [10.0 * number for number in range(len(values))])
    return LoggedSeries(LogSeries(name, list(steps), list(values), **given), search)


def told(found: Report) -> list[str]:
    return [str(one.text) for one in found.document.blocks if isinstance(one, Paragraph)]


def record(found: Report, number: int = 0) -> Any:
    return found.data["series"][number]


@pytest.mark.parametrize(
    ("files", "count", "title"),
    [
        (("a.csv",), 1, "1 KL logged in a.csv"),
        (("a.csv",), 2, "2 KLs logged in a.csv"),
        (("a.csv", "b.csv"), 1, "1 KL logged in 2 files"),
    ],
)
def test_the_title_counts(files: tuple[str, ...], count: int, title: str) -> None:
    assert runlog_report(files, [logged()] * count).document.title == title


def test_a_series_in_numbers() -> None:
    """The medians of the first and of the last tenth: of 0, 1 and 2, and of 27, 28 and 29."""
    found = runlog_report(("a",), [logged(values=[float(number) for number in range(30)])])
    expected = {"points": 30, "first_step": 0.0, "last_step": 290.0, "first": 1.0, "last": 28.0}
    expected |= {"least": 0.0, "most": 29.0, "negative": 0, "not_finite": 0, "told": True, "changes": []}
    assert {key: record(found)[key] for key in expected} == expected
    (table,) = (one for one in found.document.blocks if isinstance(one, CellTable))
    assert [cell.text for cell in table.rows[0]] == ["kl", "0 to 290, 30 values", "1", "28", "0"]
    assert found.holds


def test_a_change_has_its_steps_and_levels() -> None:
    found = runlog_report(("a",), [logged(values=[1.0] * 100, search=LevelSearch((UP,), True))])
    expected = {"series": "kl", "step": 500.0, "low": 450.0, "high": 550.0, "before": 0.1, "after": 0.2}
    assert list(found.rows) == record(found)["changes"] == [expected | {"kind": "step"}]
    assert found.bare == "1"
    assert "kl: the level changed from 0.1 to 0.2 (medians) at step 500, between 450 and 550" in told(found)


def test_a_drift_is_no_step_and_its_ends_are_those_of_the_series() -> None:
    found = runlog_report(("a",), [logged(values=[1.0] * 90, search=LevelSearch((DRIFT,), True))])
    (row,) = found.rows
    assert (row["kind"], row["low"], row["high"]) == ("drift", 0.0, 890.0)
    assert any("moved all the way rather than at one step, from 0.1 to 0.2" in text for text in told(found))


def test_what_cannot_be_told_says_why() -> None:
    found = runlog_report(("a",), [logged(search=LevelSearch((), False, "too few steps"))])
    (table,) = (one for one in found.document.blocks if isinstance(one, CellTable))
    assert table.rows[0][-1].text == "not told: too few steps"
    assert (record(found)["told"], record(found)["why_not"]) == (False, "too few steps")


@pytest.mark.parametrize(
    ("name", "values", "trainers"),
    [
        ("objective/kl", (1.0, 2.0), ["trl (PPO, online DPO)"]),
        ("kl", (1.0, 2.0), ["trl (GRPO)", "trl (RLOO)", "OpenRLHF"]),
        ("kl", (-1.0, 2.0), ["trl (RLOO)", "OpenRLHF"]),  # k3 is never below 0
        ("policy/approxkl_avg", (-1.0, 2.0), []),  # nor is k2
        ("policy/approxkl_avg", (0.0, 2.0), ["trl (PPO)"]),
        ("my_kl", (1.0, 2.0), []),
    ],
)
def test_values_rule_meanings_out(name: str, values: tuple[float, ...], trainers: list[str]) -> None:
    found = runlog_report(("a",), [logged(name, values)])
    assert [row.trainer for row in record(found)["meanings"]] == trainers


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("objective/kl", "in trl (PPO, online DPO): k1 between the policy and the reference, per sequence"),
        ("actor/kl_loss", "in verl: the estimator that the run was configured with between"),
        ("policy/approxkl_avg", "per token (padding counts as 0). In nats"),
        (
            "my/objective/kl",
            "no trainer that is known logs a KL under this whole name; where it is what others",
        ),
        (
            "my_kl",
            "no trainer that is known logs a KL under this name; unit and reduction are as its code says",
        ),
    ],
)
def test_a_name_is_explained(name: str, text: str) -> None:
    (first, *_) = told(runlog_report(("a",), [logged(name)]))
    assert text in first


@pytest.mark.parametrize(
    ("series", "texts"),
    [
        (logged(), []),
        (
            logged(not_finite=1, first_not_finite=30.0),
            ["kl: 1 value is infinite or NaN and left out, at step 30"],
        ),
        (
            logged(not_finite=2, first_not_finite=30.0),
            ["kl: 2 values are infinite or NaN and left out, the first at step 30"],
        ),
        (logged(values=(0.0, -1.0, 2.0)), ["kl: 1 of 3 values are below 0, which a KL never is"]),
        (logged(steps=(2.0, 1.0)), ["kl: steps go back; values are taken in the order of the file"]),
        (logged(steps=(2.0, 2.0)), []),
    ],
)
def test_what_has_to_be_known_beside_it(series: LoggedSeries, texts: list[str]) -> None:
    warnings = runlog_report(("a",), [series]).data["warnings"]
    assert len(warnings) == len(texts)
    assert all(warning.startswith(text) for warning, text in zip(warnings, texts, strict=True))


@pytest.mark.parametrize(("count", "shown"), [(512, 512), (513, 257), (2048, 512)])
def test_a_picture_has_at_most_512_points(count: int, shown: int) -> None:
    (plot,) = runlog_report(("a",), [logged(values=[1.0] * count)]).pictures()
    (curve,) = plot.series
    assert isinstance(curve, Curve)
    assert (len(curve.x), len(curve.y)) == (shown, shown)
    assert curve.x[:1] == (0.0,)

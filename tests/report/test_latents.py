"""What latents says: the facts, the table by KL, the limits that hold and those that do not."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from klcli.latents.summary import KlPart
from klcli.latents.table_passes import LatentAnswer
from klcli.report.document import CellTable, FactList, Note, Paragraph
from klcli.report.latents import latents_report
from klcli.report.latents_data import Check
from klcli.report.report import Report
from klcli.values import replace
from tests.report.test_latents_data import ACTIVE, NOTHING, SAME, answer, data, many

FOUND = answer(many(ACTIVE, SAME, NOTHING), numpy.array([-1.0, -1.0, -1.0, 0.0]))


def report(found: LatentAnswer = FOUND, checks: tuple[Check, ...] = (), **given: Any) -> Report:
    return latents_report(data(found, checks=checks), found.summary, found.collected.statistics.grid, **given)


def facts(found: Report) -> dict[str, tuple[str, str]]:
    (listing,) = (one for one in found.document.blocks if isinstance(one, FactList))
    return {str(one.label): (str(one.value), str(one.remark)) for one in listing.facts}


def table(found: Report) -> list[list[str]]:
    first = next(one for one in found.document.blocks if isinstance(one, CellTable))
    return [[str(cell.text) for cell in row] for row in first.rows]


def test_facts_are_counted() -> None:
    told = facts(report())
    assert told["examples"] == ("400", "4 latents: mean mu, logvar lv in a.npz; prior N(0, 1)")
    assert told["active units"] == ("2 of 4", "variance of the means above 0.01; by KL 3")
    assert told["KL(q || p)"][0].startswith(f"{FOUND.summary.mean:.6g} ± ")
    assert told["of examples"][1].startswith("5 %: ")
    one = answer(ACTIVE[:, :1])
    assert facts(report(one))["examples"][1].startswith("1 latent: ")


def test_of_one_example_there_is_no_error() -> None:
    one = report(answer(ACTIVE[:1]))
    assert "±" not in facts(one)["KL(q || p)"][0]
    assert [row[-1] for row in table(one)] == ["", ""]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (KlPart(None, "exact"), "not known"),
        (KlPart(1.23456, "exact"), "1.235 nats"),
        (KlPart(1.5, "lower bound"), "at least 1.5 nats"),
        (KlPart(1.5, "upper bound"), "at most 1.5 nats"),
        (KlPart(1.5, "estimate", 0.25), "1.5 ± 0.25 nats"),
    ],
)
def test_parts_of_the_kl(part: KlPart, text: str) -> None:
    found = replace(FOUND, summary=replace(FOUND.summary, mutual_information=part))
    assert facts(report(found))["information"][0] == text


def test_latents_stand_by_their_kl_with_bars() -> None:
    """The KLs of the latents with e^-1 as variance are (e^-1 + m^2)/2 on average."""
    rows = table(report())
    kl = (numpy.exp(-1) + numpy.array([*(ACTIVE**2).mean(axis=0), 9.0])) / 2
    order = [str(place + 1) for place in numpy.argsort(-kl)]
    assert [row[0] for row in rows] == [*order, "4"]
    assert [row[1] for row in rows] == [*(f"{one:.3g}" for one in -numpy.sort(-kl)), "0"]
    assert [len(row[2]) for row in rows] == [*(round(16 * one / kl.max()) for one in -numpy.sort(-kl)), 0]
    assert {row[0]: row[-1] for row in rows} == {"1": "active", "2": "active", "3": "dead", "4": "collapsed"}


@pytest.mark.parametrize(("count", "full", "shown"), [(20, False, 20), (21, False, 20), (21, True, 21)])
def test_a_screen_has_twenty_latents(count: int, full: bool, shown: int) -> None:
    found = report(answer(numpy.tile(ACTIVE[:, :1], (1, count))), full=full)
    assert len(table(found)) == shown
    rest = [one.text for one in found.document.blocks if isinstance(one, Paragraph)]
    assert rest == ([f"and {count - shown} more; --full shows all"] if shown < count else [])
    assert len(found.rows) == count


@pytest.mark.parametrize(
    ("holds", "note", "text"),
    [
        (True, "info", "--max-kl 2 holds: 1.5"),
        (False, "error", "--max-kl 2 does not hold: 1.5"),
    ],
)
def test_a_limit_decides(holds: bool, note: str, text: str) -> None:
    found = report(checks=(Check("--max-kl", 2.0, 1.5, holds),))
    assert found.holds is holds
    (told,) = (one for one in found.document.blocks if isinstance(one, Note))
    assert (told.kind, told.text) == (note, text)
    assert report(checks=(Check("a", 1, 1, True), Check("b", 1, 1, False))).holds is False


def test_records_and_what_remains() -> None:
    found = report()
    names = ("name", "kl", "spread", "shift", "mean_variance", "variance_of_means", "active", "collapsed")
    assert tuple(found.rows[0]) == (*names, "clips")
    assert [(row["active"], row["collapsed"]) for row in found.rows] == [
        (True, False),
        (True, False),
        (False, False),
        (False, True),
    ]
    assert float(found.bare) == FOUND.summary.mean
    assert found.document.title == found.data.verdict
    assert len(found.pictures()) == 3
    assert not found.interrupted
    assert report(replace(FOUND, interrupted="the rest was not read")).interrupted


def test_clips_of_a_record() -> None:
    logvar = numpy.random.default_rng(3).normal(size=(400, 2))
    logvar[:100, 1] = 4.0
    rows = report(answer(ACTIVE, logvar)).rows
    assert [row["clips"] for row in rows] == ["", "4:0.25"]

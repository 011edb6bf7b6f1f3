"""The data of a run that is made up, with everything that a run can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.sampler import SamplerJudgement
from klcli.report.trace import trace_report
from klcli.trace.findings import TraceFinding
from klcli.trace.gradients import Slope
from klcli.trace.number_checks import Agreement
from klcli.trace.precision import Precision
from klcli.trace.recording import Place
from klcli.trace.run_summary import Watched, watched
from klcli.trace.samplers import Sample
from klcli.values import replace
from tests.trace.recordings import recorded_kl

PLACE = Place("/no/train.py", 7, "step")


def made_up() -> Watched:
    """A run of two losses with one KL each, the second of which has nothing beside it."""
    found = watched(recorded_kl(values=False)[0])
    (loss,) = found.losses
    (term,) = loss.terms
    full = replace(
        term,
        value=1.5,
        contribution=0.25,
        conditions=(Condition("gradient", "it is stopped", passes=False),),
        agreement=Agreement(2.0, 3.0, None, agrees=False),
        slopes=(Slope("logvar", 0.3, -0.5, 0.175, agrees=False, cause="of one term"),),
    )
    sampling = SamplerJudgement("disagrees", "logstd", "randn", None, None)
    return replace(
        found,
        losses=(loss, replace(loss, loss=replace(loss.loss, value=0.5, place=None), terms=(full,))),
        samples=(Sample(PLACE, sampling, full), Sample(None, sampling, term)),
        findings=(TraceFinding(find_mistake("KL101"), "error", PLACE, "off"),),
        steps=((1, (1.0,)), (0, (None,))),
        precisions=(
            Precision("float16", "", 0.1, ("overflows",), None),
            Precision("float32", "kl", None, (), "x"),
        ),
        warnings=("beware",),
    )


@pytest.fixture(scope="module")
def data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = trace_report(made_up()).data
    return found


def test_losses_name_the_places_of_their_terms(data: Mapping[str, Any]) -> None:
    assert [one["terms"] for one in data["losses"]] == [[0], [1]]
    assert [(one["value"], one["line"]) for one in data["losses"]] == [(1.0, 9), (0.5, None)]
    assert [one["loss"] for one in data["terms"]] == [0, 1]


def test_what_a_term_lacks_is_null(data: Mapping[str, Any]) -> None:
    bare, full = data["terms"]
    assert (bare["numbers"], bare["conditions"], bare["share"]) == (None, [], None)
    assert full["share"] == 0.25 / 0.5
    assert full["conditions"] == [{"text": "it is stopped", "passes": False}]
    assert (full["prior"].mean, full["prior"].variance) == ("0", "1")


def test_numbers_have_their_gradients_by_their_symbols(data: Mapping[str, Any]) -> None:
    gradient: dict[str, Any] = {"symbol": "logvar", "at": 0.3, "noted": -0.5, "true": 0.175, "agrees": False}
    assert data["terms"][1]["numbers"] == {
        "noted": 2.0,
        "evaluated": 3.0,
        "true": None,
        "agrees": False,
        "gradients": [gradient],
    }


def test_a_sample_names_the_place_of_its_kl(data: Mapping[str, Any]) -> None:
    told = {"parameterization": "logstd", "status": "disagrees"}
    assert data["samplers"] == [
        {"path": "/no/train.py", "line": 7, **told, "term": 1},
        {"path": None, "line": None, **told, "term": 0},
    ]


def test_passes_are_counted_from_1(data: Mapping[str, Any]) -> None:
    assert data["steps"] == [
        {"step": 1, "loss": 1, "weights": (1.0,)},
        {"step": 2, "loss": 0, "weights": (None,)},
    ]


def test_a_function_in_a_short_precision_has_no_term(data: Mapping[str, Any]) -> None:
    assert [one["term"] for one in data["precisions"]] == [None, "kl"]
    assert data["precisions"][0] == {
        "dtype": "float16",
        "term": None,
        "error": 0.1,
        "problems": ("overflows",),
        "stable": None,
    }


def test_the_records_are_the_terms() -> None:
    (_, row) = trace_report(made_up()).rows
    assert (row["loss"], row["prior"], row["share"]) == (1, "N(0, 1)", 0.5)
    assert "conditions" not in row

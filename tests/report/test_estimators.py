"""How estimates are said: with their errors, with why they have none, beside the others."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.report.document import CellTable, Heading, Paragraph
from klcli.report.estimators import (
    estimate_remark,
    estimate_text,
    estimator_blocks,
    estimator_records,
    estimator_rows,
    target_block,
)
from klcli.values import replace
from klcli.witness.estimators import ESTIMATORS
from klcli.witness.examination import case_of, examine
from klcli.witness.sequential_sampling import Target
from klcli.witness.side_by_side import compare_estimators
from klcli.witness.witness import Witness

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
RUN = examine(Q, P, samples=2000, seed=5).monte_carlo
assert RUN


def witness(**parts: Any) -> Witness:
    given = {"value": 0.08202, "standard_error": 0.00048, "z": -1.38, "rounding": 0.0, "bias": 0.0}
    return replace(RUN, **(given | parts))  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (witness(), "≈ 0.08202 ± 0.00048"),
        (witness(standard_error=None), "≈ 0.082"),
        (witness(value=1.0, standard_error=0.25), "≈ 1.00 ± 0.25"),
    ],
)
def test_a_value_has_its_standard_error(found: Witness, text: str) -> None:
    assert estimate_text(found) == text


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (witness(), "agrees; z = -1.38, 2,000 samples, seed 5"),
        (witness(z=None), "agrees; 2,000 samples, seed 5"),
        (witness(estimator="k2"), "agrees; z = -1.38, k2, 2,000 samples, seed 5"),
        (witness(estimator="k3", rounding=1.0), "agrees; all of ± is rounding, k3, 2,000 samples, seed 5"),
        (witness(standard_error=None, reason="too few"), "no error bar: too few; 2,000 samples, seed 5"),
        (
            witness(standard_error=None, bias=0.01, agrees=False),
            "no error bar: biased by +0.01, which the estimate contradicts; 2,000 samples, seed 5",
        ),
    ],
)
def test_what_the_run_was(found: Witness, text: str) -> None:
    assert estimate_remark(found, "agrees") == text


@pytest.mark.parametrize(
    ("reached", "words", "tone"),
    [
        (True, "k1 needed 2,000 samples for a standard error of 0.01 bits.", "good"),
        (
            False,
            "The limit of 50 samples was reached before a standard error of 0.01 bits; --samples N raises it.",
            "bad",
        ),
    ],
)
def test_a_target(reached: bool, words: str, tone: str) -> None:
    found = target_block(Target(0.01, 50, reached), witness(estimator="k1"), "bits")
    assert (found.text, found.tone) == (words, tone)


ALL = compare_estimators(case_of(Q, P), samples=2000, seed=0)


def test_every_estimator_has_a_row_in_each_form() -> None:
    records = list(estimator_records("KL(q || p)", ALL))
    assert [record["estimator"] for record in records] == list(ESTIMATORS)
    for record, row in zip(records, ALL, strict=True):
        assert record["milliseconds"] == 1000 * row.seconds
        assert record["value"] == row.witness.value
    table = list(estimator_rows("nats", records))
    assert [row["estimator"] for row in table] == list(ESTIMATORS)
    status = {True: "agrees", False: "disagrees", None: None}
    assert [row["status"] for row in table] == [status[row.witness.agrees] for row in ALL]
    heading, cells, *notes = estimator_blocks("estimators", ALL, "nats")
    assert isinstance(heading, Heading)
    assert isinstance(cells, CellTable)
    assert len(cells.rows) == len(ESTIMATORS)
    reasons = [note.text for note in notes if isinstance(note, Paragraph)][:-1]
    assert len(reasons) == sum(bool(row.witness.reason) for row in ALL)


def test_without_estimators_nothing_is_said() -> None:
    assert list(estimator_blocks("estimators", (), "nats")) == []

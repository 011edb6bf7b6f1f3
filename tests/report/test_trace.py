"""What trace says of a run that is made up: terms with their shares, what is to be known, what changes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.weight import Weighing
from klcli.report.document import CellTable, Heading, Item, Note, Paragraph
from klcli.report.report import Report
from klcli.report.trace import trace_report
from klcli.report.wording import plain
from klcli.trace.anatomy import Anatomy
from klcli.trace.entry_counts import Amount
from klcli.trace.factors import Chain
from klcli.trace.findings import TraceFinding
from klcli.trace.likelihoods import Likelihood
from klcli.trace.loss_part import Part
from klcli.trace.precision import Precision
from klcli.trace.programs import Builder
from klcli.trace.recording import NotedLoss, Place
from klcli.trace.run_summary import Watched
from klcli.trace.terms import Term
from klcli.values import replace
from tests.trace.recordings import leaf, node, recorded

RECORDING = recorded(leaf("x", ()), node("exp", 0))
PART = Part(Chain(0), Builder(RECORDING))
PLACE = Place("train.py", 7, "step")


def term(kind: Any = "kl", name: str = "kl", weight: float | None = 2.0, **given: Any) -> Term:
    amount = None if weight is None else Amount(weight, 1, 1, False, False)
    known: dict[str, Any] = {"value": 1.5, "contribution": 3.0, "verdict": "exact", "what": "a KL"}
    known |= {"place": PLACE, "part": PART} | given
    return Term(kind, name=name, amount=amount, **known)


def loss(*terms: Term, value: float | None = 12.0, **given: Any) -> Anatomy:
    return Anatomy(NotedLoss(1, value, Place("train.py", 9, "step")), terms, **given)


def report(*losses: Anatomy, accepted: tuple[str, ...] = (), when: str = "", **given: Any) -> Report:
    known: dict[str, Any] = {"steps": (), "samples": (), "findings": (), "warnings": ()} | given
    return trace_report(Watched(RECORDING, losses, **known), when=when, accepted=accepted)


def table(found: Report) -> list[list[str]]:
    (one,) = (block for block in found.document.blocks if isinstance(block, CellTable))
    return [[str(cell.text) for cell in row] for row in one.rows]


def told(found: Report, kind: type = Paragraph) -> list[str]:
    return [plain(block.text) for block in found.document.blocks if isinstance(block, kind)]


def items(found: Report) -> dict[str, list[str]]:
    blocks = found.document.blocks
    return {one.label: [plain(line.text) for line in one.lines] for one in blocks if isinstance(one, Item)}


@pytest.mark.parametrize(
    ("value", "when", "title"),
    [
        (12.0, "at the first backward pass", "loss = 12 at the first backward pass (train.py:9)"),
        (None, "", "loss (train.py:9)"),
        (12.0, "", "loss = 12 (train.py:9)"),
    ],
)
def test_a_loss_has_its_value_and_place(value: float | None, when: str, title: str) -> None:
    assert told(report(loss(term(), value=value), when=when), Heading) == [title]


def test_a_term_has_its_weight_its_value_and_its_share() -> None:
    assert table(report(loss(term()))) == [["kl", "train.py:7", "a KL", "2", "1.5", "25 %"]]
    unknown = term(weight=None, value=None, contribution=None, place=None)
    assert table(report(loss(unknown))) == [["kl", "", "a KL", "", "", ""]]
    assert table(report(loss(term(), value=None)))[0][-1] == ""


@pytest.mark.parametrize(
    ("verdict", "what", "tone"),
    [
        ("exact", "a KL", "good"),
        ("scaled", "a KL (scaled)", "plain"),
        ("reversed", "reversed: a KL", "plain"),
        ("wrong", "wrong: a KL", "bad"),
        ("", "a KL", "plain"),
    ],
)
def test_what_a_term_is(verdict: str, what: str, tone: str) -> None:
    (block,) = (
        one for one in report(loss(term(verdict=verdict))).document.blocks if isinstance(one, CellTable)
    )
    cell = block.rows[0][2]
    assert (cell.text, cell.tone) == (what, tone)


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 2), (3, 1), (4, 1)])
def test_three_that_are_alike_share_a_row(count: int, rows: int) -> None:
    found = table(report(loss(*(term(name=f"kl{number}") for number in range(count)))))
    assert len(found) == rows
    if count >= 3:
        values = [f"a KL, and {count - 1} like it", "2", f"{1.5 * count:g}", f"{25 * count} %"]
        assert found[0][2:] == values


def test_others_do_not() -> None:
    terms = (term(), term(verdict="scaled"), term(weight=3.0), term("likelihood"), term(place=None))
    assert len(table(report(loss(*terms)))) == 5


def likelihood(name: str) -> Term:
    return term("likelihood", part=replace(PART, likelihood=Likelihood(name, 1.0, ("x", "y"))))


@pytest.mark.parametrize(
    ("name", "scale", "text"),
    [
        ("mse", 0.5, "beta 1/4 at decoder sigma 1; beta 1 at decoder sigma 0.5"),
        ("l1", 0.5, "beta 1/4 at decoder scale 1; beta 1 at decoder scale 0.5"),
        ("bce", None, "beta 1/4"),
    ],
)
def test_the_beta_of_a_loss(name: str, scale: float | None, text: str) -> None:
    own = likelihood(name)
    found = report(loss(own, term(), weighing=Weighing(Fraction(1, 4), scale), likelihood=own))
    assert text.replace("1/4", "0.25") in told(found)


def test_without_a_likelihood_there_is_no_beta() -> None:
    assert not any(text.startswith("beta") for text in told(report(loss(term()))))


def test_conditions_are_said_once_and_not_beside_their_finding() -> None:
    conditions = (Condition("clip", "it is clipped", True), Condition("small-number", "it is small", True))
    one = loss(term(conditions=conditions), term(conditions=conditions))
    assert items(report(one))["with"] == ["kl: it is clipped", "kl: it is small"]
    finding = TraceFinding(find_mistake("KL134"), "warning", PLACE, "it is clipped")
    assert items(report(one, findings=(finding,)))["with"] == ["kl: it is small"]


def test_what_is_not_proved_is_said() -> None:
    found = report(
        loss(term(proof="points"), term(name="b", proof="points"), term(name="c", proof="algebra"))
    )
    assert items(found)["with"] == [
        "kl, b: no difference found at the points that were tried; it is not proved"
    ]
    assert "with" not in items(report(loss(term(proof="algebra"))))


def test_a_finding_has_its_code_both_places_and_its_fix() -> None:
    finding = TraceFinding(
        find_mistake("KL201"), "error", PLACE, "they differ", Place("model.py", 3, "f"), fix="z = mu"
    )
    found = report(loss(term()), findings=(finding,))
    assert told(found, Note) == ["KL201 train.py:7 they differ (model.py:3)"]
    assert items(found)["fix"] == ["z = mu"]
    assert not found.holds
    assert found.bare.startswith("train.py:7")
    assert found.findings is not None
    assert len(found.findings.alerts) == 1


def test_a_term_that_passes_by_a_word() -> None:
    one = loss(term(verdict="scaled"))
    assert told(report(one), Note) == ["kl passes only with --accept scaled"]
    assert not report(one).holds
    accepted = report(one, accepted=("scaled",))
    assert (told(accepted, Note), accepted.holds) == ([], True)


def test_without_a_loss_there_was_nothing_to_read() -> None:
    assert not report(warnings=("nothing called backward()",)).readable
    assert told(report(warnings=("a", "a", "b")), Note) == ["a", "b"]
    assert report(loss(term())).readable


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        (
            Precision("float16", "", 0.0123, (), None),
            {"float16": ["relative error up to 0.012 near the prior"]},
        ),
        (
            Precision("float16", "", None, ("overflows",), "expm1(s)"),
            {"float16": ["overflows"], "stable": ["expm1(s)"]},
        ),
        # Of the terms of a program only what goes wrong.
        (Precision("float32", "kl", 0.5, (), None), {}),
        (
            Precision("float32", "kl", 0.5, ("overflows",), None),
            {"float32": ["kl: relative error up to 0.5 near the prior", "kl: overflows"]},
        ),
        (
            Precision("float32", "kl", 0.5, (), "expm1(s)"),
            {"float32": ["kl: relative error up to 0.5 near the prior"], "stable": ["expm1(s)"]},
        ),
    ],
)
def test_short_precisions(precision: Precision, expected: dict[str, list[str]]) -> None:
    assert items(report(loss(term()), precisions=(precision,))) == expected


@pytest.mark.parametrize(
    ("steps", "texts"),
    [
        (((0, (1.0,)), (0, (1.0,))), []),
        (((0, (0.0,)), (0, (0.5,)), (0, (1.0,))), ["the weight of kl changes: 0, 0.5, 1"]),
        (((0, (None,)), (0, (0.5,))), ["the weight of kl changes: ?, 0.5"]),
        (((0, (1.0,)), (1, (2.0,))), []),  # two losses
        (((0, (1.0,)), (0, ())), []),  # the second pass has fewer terms
    ],
)
def test_weights_that_change(steps: Any, texts: list[str]) -> None:
    second = loss(term(name="other"))
    found = report(loss(term()), second, steps=steps)
    assert [text for text in told(found) if "changes" in text] == texts

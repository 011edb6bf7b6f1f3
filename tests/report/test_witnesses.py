"""What an examination says: each of its lines, and the conclusion for every way in which witnesses can stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.report.document import FactList, Paragraph
from klcli.report.witnesses import findings
from klcli.values import replace
from klcli.witness.examination import Examination, examine
from klcli.witness.sequential_sampling import Target

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
EXACT = divergence(Q, P)
FOUND = examine(Q, P, samples=2000)


def said(found: Examination, **options: Any) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """The facts, and the paragraphs with their tones."""
    blocks = list(findings(found, "nats", dimension=1, **options))
    facts = [
        (str(fact.label), str(fact.value), fact.remark)
        for one in blocks
        if isinstance(one, FactList)
        for fact in one.facts
    ]
    return facts, [(str(one.text), one.tone) for one in blocks if isinstance(one, Paragraph)]


def test_three_witnesses_that_agree() -> None:
    facts, paragraphs = said(FOUND)
    assert [label for label, *_ in facts] == ["closed form", "integral", "Monte Carlo"]
    assert facts[0][1] == "≈ 0.0826784 nats"
    assert facts[0][2] == "spread 0.0376784 + shift 0.045"
    ((text, tone),) = paragraphs
    assert text.startswith("All three agree. Monte Carlo would have seen an error of")
    assert tone == "good"


def test_digits_that_are_asked_for_stand_in_the_place_of_the_double() -> None:
    facts, _ = said(FOUND, digits=Decimal("0.08267844"))
    assert facts[0][1] == "≈ 0.08267844 nats"


def changed(**parts: Any) -> Examination:
    return replace(FOUND, **parts)


def sampled(**parts: Any) -> Any:
    return replace(FOUND.monte_carlo, **parts)  # type: ignore[type-var]


def integral(**parts: Any) -> Any:
    return replace(FOUND.integral, **parts)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("found", "words", "tone"),
    [
        (changed(integral=None), "Both agree. Monte Carlo would have seen an error of", "good"),
        (
            changed(monte_carlo=sampled(agrees=False), status="disagrees"),
            "The witnesses contradict each other: one of the three is wrong.",
            "bad",
        ),
        (
            changed(monte_carlo=sampled(agrees=False), integral=None, status="disagrees"),
            "The witnesses contradict each other: one of the two is wrong.",
            "bad",
        ),
        (
            changed(monte_carlo=sampled(detects=None), integral=integral(detects=None)),
            "All three agree on 0.",
            "good",
        ),
        (
            changed(monte_carlo=sampled(detects=3.0), integral=integral(detects=2.0)),
            "Too small to be seen in floating point: no witness contradicts it, and none confirms it.",
            "good",
        ),
        (
            changed(monte_carlo=sampled(reason="few", standard_error=None, detects=None)),
            "The closed form and the integral agree; it would have seen errors of",
            "good",
        ),
        (
            changed(monte_carlo=sampled(reason="few", standard_error=None, detects=None), integral=None),
            "The estimate has no error bar and confirms nothing; --estimator",
            "good",
        ),
    ],
)
def test_the_conclusion_says_no_more_than_the_witnesses(found: Examination, words: str, tone: str) -> None:
    _, paragraphs = said(found)
    assert paragraphs[0][0].startswith(words)
    assert paragraphs[0][1] == tone


@pytest.mark.parametrize("status", ["infinite", "undetermined"])
def test_without_a_value_the_reason_is_all(status: Any) -> None:
    facts, paragraphs = said(changed(status=status, reason="the prior is singular"))
    assert facts == []
    assert paragraphs == [(f"KL is {status}: the prior is singular.", "strong")]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            changed(closed_form=None),
            "Integral and Monte Carlo agree; there is no closed form to hold them to.",
        ),
        (changed(closed_form=None, status="disagrees"), "The witnesses contradict each other"),
        (
            changed(closed_form=None, integral=None, monte_carlo=None, status="unconfirmed", reason="why"),
            "Nothing confirms this value: why.",
        ),
        (changed(closed_form=replace(EXACT, source="a book")), "All three agree."),
    ],
)
def test_what_was_not_derived_is_confirmed_or_said_to_be_not(found: Examination, words: str) -> None:
    facts, paragraphs = said(found, missing="a mixture has none")
    assert paragraphs[0][0].startswith(words)
    assert facts[0][0] == "closed form"


def test_a_target_is_told_last() -> None:
    _, paragraphs = said(changed(target=Target(0.01, 10**6, reached=False)))
    assert paragraphs[-1][0].startswith("The limit of 1,000,000 samples was reached")

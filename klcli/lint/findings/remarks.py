"""What is said of the conditions of a verdict, and of estimators of log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.places import lines_at
from klcli.lint.findings.types import Finding, Term
from klcli.lint.flow.excerpts import Excerpt
from klcli.lint.terms.estimators import Estimator

__all__ = ["about_conditions", "about_estimator"]

_CONDITION = find_mistake("KL211")
_STOPPED = find_mistake("KL134")


def about_conditions(term: Term, excerpt: Excerpt) -> Iterator[Finding]:
    """The conditions of a verdict, all in one note, and a stopped gradient as a warning.

    Args:
        term: what was recognised.
        excerpt: where it stands.
    """
    for condition in term.conditions:
        if condition.kind == "gradient" and not condition.passes:
            yield Finding(
                term.place,
                _STOPPED,
                "warning",
                "medium",
                condition.text,
                term.expression,
                term.parameterization,
                lines_at(excerpt),
            )
    if noted := list(_noted(term)):
        yield Finding(
            term.place,
            _CONDITION,
            "note",
            "medium",
            "; ".join(noted),
            term.expression,
            term.parameterization,
            lines_at(excerpt),
        )


def _noted(term: Term) -> Iterator[str]:
    for condition in term.conditions:
        if condition.kind != "gradient" or condition.passes:
            yield condition.text if condition.passes else f"it does not hold: {condition.text}"
    if term.proof == "numeric":
        yield "no difference found at points, it is not proved"


def about_estimator(one: Estimator, term: Term) -> Iterator[Finding]:
    """What is wrong with an estimator of log-probabilities by itself.

    Args:
        one: the estimator.
        term: the same as it is listed.
    """
    if one.found.mistake is None:
        return
    yield Finding(
        term.place,
        one.found.mistake,
        "error",
        "high",
        one.found.flaw or one.found.mistake.sentence,
        term.expression,
        None,
        lines_at(one.excerpt),
    )

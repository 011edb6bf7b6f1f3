"""What lint says of the terms that it recognised: where, what, and how they begin."""

from __future__ import annotations

import pytest

from klcli.judge.naming import GaussianText
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import ListedTerm
from klcli.report.lint_terms import term_facts

PLACE = SourceSpan("vae.py", 12, 5, 12, 40)


def term(**parts: object) -> ListedTerm:
    given = {
        "place": PLACE,
        "kind": "kl",
        "parameterization": "logvar",
        "verdict": "exact",
        "expression": "kl = -0.5 * (1 + logvar - mu**2 - logvar.exp())",
        "scale": "1",
        "shift": "0",
        "reduction": "sum",
    }
    return ListedTerm(**(given | parts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (term(), "KL term: right, for a head that is a log-variance, summed"),
        (term(prior=GaussianText("0", "1")), "KL term: right, for a head that is a log-variance, summed"),
        (term(prior=GaussianText("0", "0.25")), "KL term: right, with the prior N(0, 0.25), for a head"),
        (term(verdict="scaled", scale="0.5"), "KL term: 0.5 KL, for a head"),
        (term(verdict="scaled", scale="0.5", shift="-1"), "KL term: 0.5 KL - 1, for a head"),
        (term(verdict="exact", shift="2"), "KL term: KL + 2, for a head"),
        (term(verdict="other-prior", prior=GaussianText("0", "0.5")), "KL term: KL to N(0, 0.5), for a head"),
        (term(verdict="reversed"), "KL term: KL(p || q), the other way round, for a head"),
        (term(verdict="wrong", parameterization=None, reduction=None), "KL term: wrong"),
        (
            term(verdict="unreadable", parameterization=None, problem="what @twice does is not followed"),
            "KL term: not read: what @twice does is not followed",
        ),
        (term(kind="sampler", reduction=None), "sample: right, for a head that is a log-variance"),
        (
            term(reduction="sum-mean"),
            "KL term: right, for a head that is a log-variance, summed, then averaged",
        ),
    ],
)
def test_what_a_term_is(one: ListedTerm, words: str) -> None:
    (fact,) = term_facts([one]).facts
    assert str(fact.value).startswith(words)


@pytest.mark.parametrize(
    ("verdict", "tone"), [("exact", "good"), ("scaled", "good"), ("wrong", "bad"), ("reversed", "plain")]
)
def test_its_tone(verdict: str, tone: str) -> None:
    assert term_facts([term(verdict=verdict)]).facts[0].tone == tone


def test_where_it_stands() -> None:
    assert str(term_facts([term()]).facts[0].label) == "vae.py:12"


def test_a_long_expression_is_cut_and_broken_lines_are_joined() -> None:
    long = term(expression="kl = f(\n    " + "mu + " * 30 + "1\n)")
    shown = str(term_facts([long]).facts[0].remark)
    assert len(shown) == 60
    assert shown.startswith("kl = f(mu + mu")
    assert shown.endswith("…")

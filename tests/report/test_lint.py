"""What linting says: which findings fail, which are hidden, where they stand, what terms are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.naming import GaussianText
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit, Finding, Linted, ListedTerm, Related, Severity
from klcli.render.json import render as to_json
from klcli.render.terminal import render
from klcli.report.lint import lint_report
from klcli.report.report import Report

PLACE = SourceSpan("vae.py", 4, 5, 4, 9)
EDIT = Edit(PLACE, "2 * s")


def finding(severity: Severity = "warning", **changes: Any) -> Finding:
    """A finding of a sample that disagrees with its KL."""
    fields: dict[str, Any] = {
        "place": PLACE,
        "mistake": find_mistake("KL201"),
        "severity": severity,
        "confidence": "medium",
        "message": "the sample reads s in another way",
        "expression": "mu + exp(s) * eps",
        "parameterization": "logstd",
        "lines": ("    z = mu + exp(s) * eps",),
        "related": Related(SourceSpan("loss.py", 7, 1, 7, 3), "the KL", ("kl = 1",)),
        "fix": "z = mu + exp(s / 2) * eps",
    }
    return Finding(**(fields | changes))


def term(verdict: str = "exact", **changes: Any) -> ListedTerm:
    """A KL term."""
    fields: dict[str, Any] = {
        "place": PLACE,
        "kind": "kl",
        "parameterization": "logvar",
        "verdict": verdict,
        "expression": "-0.5 * (1 + s\n  - mu ** 2)",
    }
    return ListedTerm(**(fields | changes))


def report(*findings: Finding, terms: tuple[ListedTerm, ...] = (), **options: bool) -> Report:
    """The report of one file."""
    return lint_report([Linted("vae.py", findings, terms)], **({"show_terms": False} | options))


def text(found: Report) -> str:
    """The document in a pipe."""
    return render(found.document, width=None, color=False, unicode=True)


def test_text() -> None:
    assert (
        text(report(finding(), terms=(term(), term(kind="sampler"))))
        == """\
KL201 sampler and KL disagree
warning: the sample reads s in another way
 --> vae.py:4:5
  |
4 |     z = mu + exp(s) * eps
  |     ^^^^
 ::: loss.py:7:1
  |
7 | kl = 1
  | -- the KL
  |
help: z = mu + exp(s / 2) * eps
help: klcli explain KL201

1 finding (1 warning) in 1 file; 1 KL term and 1 sample recognised
"""
    )


def test_json_has_the_keys_that_are_promised() -> None:
    exact = term(
        scale="1",
        shift="0",
        prior=GaussianText("0", "1"),
        reduction="sum",
        symbols=(("mean", "mu"), ("head", "s")),
        proof="symbolic",
        conditions=(Condition("clip", "it binds", True),),
    )
    results = [
        Linted("vae.py", (finding(edit=EDIT),), (exact,)),
        Linted("old.py", unreadable="it is no Python 3"),
    ]
    assert json.loads(to_json(lint_report(results, show_terms=False).data)) == {
        "schema": "klcli.lint/2",
        "findings": [
            {
                "path": "vae.py",
                "line": 4,
                "column": 5,
                "end_line": 4,
                "end_column": 9,
                "code": "KL201",
                "severity": "warning",
                "confidence": "medium",
                "message": "the sample reads s in another way",
                "expression": "mu + exp(s) * eps",
                "parameterization": "logstd",
                "related": {
                    "path": "loss.py",
                    "line": 7,
                    "column": 1,
                    "end_line": 7,
                    "end_column": 3,
                    "label": "the KL",
                    "cell": None,
                },
                "fix": "z = mu + exp(s / 2) * eps",
                "cell": None,
            }
        ],
        "terms": [
            {
                "path": "vae.py",
                "line": 4,
                "end_line": 4,
                "cell": None,
                "kind": "kl",
                "input": exact.expression,
                "verdict": "exact",
                "parameterization": "logvar",
                "prior_parameterization": None,
                "scale": "1",
                "shift": "0",
                "prior": {"mean": "0", "variance": "1"},
                "direction": "forward",
                "unit": "nats",
                "reduction": "sum",
                "symbols": {"mean": "mu", "head": "s"},
                "mistake": None,
                "proof": "symbolic",
                "conditions": [{"kind": "clip", "text": "it binds", "passes": True}],
                "shapes": None,
                "sampler": None,
                "estimator": None,
                "error": None,
            }
        ],
        "files": 2,
        "unreadable": [{"path": "old.py", "reason": "it is no Python 3"}],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("severity", "holds"), [("error", False), ("warning", False), ("info", True), ("note", True)]
)
def test_errors_and_warnings_fail(severity: Severity, holds: bool) -> None:
    assert report(finding(severity), notes=True).holds == holds


def test_notes_are_for_those_who_ask() -> None:
    found = (finding("note"), finding("info", place=SourceSpan("vae.py", 9, 1, 9, 2)))
    asked, bare = report(*found, notes=True), report(*found)
    for each, count in ((asked, 2), (bare, 1)):
        assert each.findings
        assert len(each.data.findings) == len(each.rows) == len(each.findings.alerts) == count
        assert len(each.bare.split("\n")) == count
    assert "2 findings (1 info, 1 note) in 1 file" in text(asked)
    assert "note:" not in text(bare)


def test_findings_are_in_order_and_each_is_told_once() -> None:
    """What two files lead to is one finding, in the file where it stands."""
    first, second = finding(), finding(place=SourceSpan("vae.py", 30, 1, 30, 2))
    other = finding(place=SourceSpan("draw.py", 99, 1, 99, 2))
    results = [Linted("vae.py", (second, first, other)), Linted("draw.py", (other,))]
    data = lint_report(results, show_terms=False).data
    assert [(row.path, row.line) for row in data.findings] == [("draw.py", 99), ("vae.py", 4), ("vae.py", 30)]


def test_terms_of_several_lines_are_shown_in_one() -> None:
    shown = text(report(terms=(term(expression="kl = f(\n    a[\n  1 ],\n    (b + c)\n)"),), show_terms=True))
    assert "   kl = f(a[1], (b + c))\n" in shown


def test_folders_are_not_counted_as_files() -> None:
    closed = Linted("closed", unreadable="Permission denied", is_file=False)
    found = lint_report([Linted("vae.py"), closed], show_terms=False)
    assert (found.data.files, len(found.data.unreadable)) == (1, 1)
    assert "0 findings in 1 file, 1 not read in full;" in text(found)


def test_the_change_goes_with_the_finding() -> None:
    found = report(finding(edit=EDIT))
    assert found.findings
    (alert,) = found.findings.alerts
    assert (alert.edit, alert.rule.code, alert.finding) == (EDIT, "KL201", found.data.findings[0])


@pytest.mark.parametrize(
    ("results", "readable"),
    [
        ([Linted("a.py")], True),
        ([Linted("a.py", unreadable="no")], False),
        ([Linted("a.py", unreadable="no"), Linted("b.py")], False),
        ([Linted("a.py", (), (term(),), "the rest is no Python 3")], False),
        ([Linted("a.ipynb", unreadable="its language is R", is_foreign=True)], False),
        ([Linted("a.ipynb", unreadable="its language is R", is_foreign=True), Linted("b.py")], True),
        ([], False),
    ],
)
def test_whether_something_and_all_of_it_was_read(results: list[Linted], readable: bool) -> None:
    found = lint_report(results, show_terms=False)
    assert found.readable == readable
    assert [row.reason for row in found.data.unreadable] == [
        one.unreadable for one in results if one.unreadable
    ]


STANDARD, OTHER = GaussianText("0", "1"), GaussianText("mu_p", "exp(s_p)")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (term(), "KL term: right, for a head that is a log-variance"),
        (term(scale="1", shift="0", prior=STANDARD), "KL term: right, for a head that is a log-variance"),
        (
            term(prior=OTHER, reduction="sum"),
            "KL term: right, with the prior N(mu_p, exp(s_p)), for a head that is a log-variance, summed",
        ),
        (term(shift="-1/2"), "KL term: KL - 1/2, for a head that is a log-variance"),
        (
            term("scaled", scale="0.5", reduction="mean"),
            "KL term: 0.5 KL, for a head that is a log-variance, averaged",
        ),
        (
            term("other-prior", scale="2", shift="1", prior=GaussianText("0", "0.25"), reduction="sum-mean"),
            "KL term: 2 KL to N(0, 0.25) + 1, for a head that is a log-variance, summed, then averaged",
        ),
        (term("other-prior"), "KL term: KL to another prior, for a head that is a log-variance"),
        (term("reversed"), "KL term: KL(p || q), the other way round, for a head that is a log-variance"),
        (term("wrong", parameterization=None, reduction="none"), "KL term: wrong"),
        (
            term(kind="sampler", parameterization="std", scale="0.1"),
            "sample: right, for a head that is a standard deviation",
        ),
        (term("wrong", kind="sampler", parameterization=None), "sample: wrong"),
    ],
)
def test_what_a_term_is(found: ListedTerm, words: str) -> None:
    assert text(report(terms=(found,), show_terms=True)).startswith(
        f"terms\n  vae.py:4   {words}   -0.5 * (1 + s - mu ** 2)\n\n0 findings in 1 file; "
    )


def test_long_expressions_are_clipped() -> None:
    shown = text(report(terms=(term(expression="x" * 500),), show_terms=True))
    assert f"{'x' * 59}…\n" in shown
    assert "x" * 60 not in shown


def test_terms_that_are_not_read_are_counted_apart() -> None:
    unread = term(verdict="unreadable", problem="what @twice does is not followed")
    report = lint_report([Linted("vae.py", (), (unread,))], show_terms=False)
    assert report.document.blocks[-1].text == (
        "0 findings in 1 file; 0 KL terms and 0 samples recognised, 1 term not read"
    )

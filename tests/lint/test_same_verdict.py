"""`klcli lint` says of a line in a file what `klcli verify` says of the line by itself."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.judge.answer import answer
from klcli.judge.condition_kinds import Condition
from klcli.judge.verification import Verification
from klcli.lint.findings.types import Linted
from klcli.lint.linter import linted
from klcli.lint.source.module import parsed
from tests.lint.same_verdict import DEFINITIONS, LINES, source_of

Said: TypeAlias = tuple[str, str | None, list[tuple[str, bool]]]

TURNED = "0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())"
"""Minus a KL: lint looks at what becomes of it, and condemns it only where the loss adds it."""

NO_TERMS = (
    "(mu1 - mu2)**2/(2*s**2)",  # a weighed squared error in most files
    *LINES["other quantities"],
)
"""What verify knows by name, and lint does not list: no KL, or without what tells one in a file."""

CASES = [(line, "") for lines in LINES.values() for line in lines] + [
    (line, before) for before, line in DEFINITIONS
]


def of_verify(line: str, before: str) -> Said:
    try:
        found = answer(read_program(f"{before}\nkl = {line}".strip(), "python"))
    except KlcliError:
        return "unreadable", None, []
    best = found.best if isinstance(found, Verification) else found
    return best.kind, best.mistake.code if best.mistake else None, _short(found.conditions)


def of_lint(found: Linted) -> Said:
    terms = [term for term in found.terms if term.kind != "sampler"]
    if not terms:
        return "no term", None, []
    (term,) = terms
    return term.verdict, term.mistake.code if term.mistake else None, _short(term.conditions)


def _short(conditions: tuple[Condition, ...]) -> list[tuple[str, bool]]:
    return [(one.kind, one.passes) for one in conditions]


@pytest.mark.parametrize(("line", "before"), [case for case in CASES if case[0] not in (TURNED, *NO_TERMS)])
def test_lint_and_verify_agree(line: str, before: str) -> None:
    """In the verdict and its conditions; of what is wrong also in the code, which is an error or a warning.

    Of a multiple verify tells, too, which mistake would explain it; in a file a factor may be meant.
    """
    found = linted(parsed(source_of(line, before), "model.py"))
    kind, code, conditions = of_verify(line, before)
    said = of_lint(found)
    if kind in ("not-kl", "unreadable"):
        assert said[0] == "no term"
        return
    assert (said[0], said[2]) == (kind, conditions)
    serious = {finding.mistake.code for finding in found.findings if finding.severity in ("error", "warning")}
    if kind in ("wrong", "reversed"):
        assert serious == {code or "KL100"}  # what no mistake explains, and is called a KL
    else:
        assert serious == _of_gradient(conditions)


def _of_gradient(conditions: list[tuple[str, bool]]) -> set[str]:
    return {"KL134"} if ("gradient", False) in conditions else set()


def test_minus_a_kl_is_a_multiple_in_a_file() -> None:
    assert of_verify(TURNED, "")[:2] == ("wrong", "KL109")
    found = linted(parsed(source_of(TURNED), "model.py"))
    assert (of_lint(found)[0], found.terms[0].scale, found.findings) == ("scaled", "-1", ())


@pytest.mark.parametrize("line", NO_TERMS)
def test_what_is_no_term_has_no_finding(line: str) -> None:
    assert of_verify(line, "")[0] in ("other", "exact")
    found = linted(parsed(source_of(line), "model.py"))
    assert (found.terms, found.findings) == ((), ())


def test_every_condition_of_a_term_is_a_note() -> None:
    """And nothing else is: what is right without conditions has no finding at all."""
    found = linted(parsed(source_of("0.5*torch.sum(mu**2 + v - torch.log(v + 1e-8) - 1)"), "model.py"))
    (note,) = found.findings
    assert (note.mistake.code, note.severity) == ("KL211", "note")
    assert note.message == found.terms[0].conditions[0].text
    assert not linted(parsed(source_of("0.5*torch.sum(mu**2 + v - torch.log(v) - 1)"), "model.py")).findings

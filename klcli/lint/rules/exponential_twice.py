"""An exponential that a KL is handed as its head, of which it takes the exponential."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.formula.read.callee import called, viewed
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.rules.rule import ModuleTerms, finding_at_step, first_of_each
from klcli.lint.terms.closed_form_terms import Divergence

_MISTAKE = find_mistake("KL210")


def check(found: ModuleTerms) -> Iterator[Finding]:
    return first_of_each(found, _second_exponential)


def _second_exponential(one: Divergence) -> Finding | None:
    reading = one.found.best.verdict.parameterization
    name, step = one.excerpt.defined(str(one.head))
    if not (reading.name.startswith("log") and step and (made := _exponential(step))):
        return None
    given = one.excerpt.spelled(name if step.is_written else ast.unparse(made))
    words = f"{given} is an exponential, and the KL takes it for {reading.meaning}"
    return finding_at_step(one, step, _MISTAKE, words)


def _exponential(step: FlowStatement) -> ast.Call | None:
    value = getattr(step.node, "value", None)
    found = viewed(value) if isinstance(value, ast.expr) else None
    return found if isinstance(found, ast.Call) and called(found) in ("exp", "exp_") else None

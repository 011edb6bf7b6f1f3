"""The mean handed to a KL as its head, and the head as its mean, by a call or by the formula itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.term_places import place_of
from klcli.lint.findings.types import Finding
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.rules.rule import ModuleTerms, finding_at, finding_at_step, first_of_each
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.names.means_and_spreads import is_mean, suggested

_MISTAKE = find_mistake("KL209")


def check(found: ModuleTerms) -> Iterator[Finding]:
    yield from first_of_each(found, _exchange)
    drawn_alike = {place_of(pair.divergence.excerpt) for pair in found.paired_samples}
    for kl in found.undisputed:
        # One that is handed them the other way round, or drawn from as the names do not say, is right.
        is_named_so = all(any(_exchanged_names(way)) for way in kl.ways)
        if kl.best.is_right and is_named_so and place_of(kl.best.excerpt) not in drawn_alike:
            said = next(_exchanged_names(kl.best))
            yield finding_at(kl.best.excerpt, _MISTAKE, "warning", said.text, kl.reading)


def _exchanged_names(one: Divergence) -> Iterator[Condition]:
    return (condition for condition in one.found.conditions if condition.kind == "names")


def _exchange(one: Divergence) -> Finding | None:
    call = _exchanging(one)
    if call is None:
        return None
    given = one.excerpt.spelled(one.excerpt.defined(str(one.head))[0])
    meaning = one.found.best.verdict.parameterization.meaning
    return finding_at_step(
        one, call, _MISTAKE, f"this call hands {given} to the KL as its head, which is {meaning}"
    )


def _exchanging(one: Divergence) -> FlowStatement | None:
    """The call in which what is called a mean becomes the head, and what is called a head the mean."""
    if one.mean is None:
        return None
    mean, head = (_spelled(one.excerpt, one.excerpt.defined(str(name))[0]) for name in (one.mean, one.head))
    if not is_mean(head) or is_mean(mean) or suggested(mean) is None:
        return None
    return next((step for step in one.excerpt.steps if _hands(one.excerpt, step, head)), None)


def _hands(found: CodeExcerpt, step: FlowStatement, head: str) -> bool:
    """Whether a call gives a name to a parameter that is not called a mean."""
    match step.node:
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=value)) if not step.is_written:
            return _spelled(found, value) == head and not is_mean(_spelled(found, target))
    return False


def _spelled(found: CodeExcerpt, name: str) -> str:
    return found.spelled(name).rpartition(".")[2]

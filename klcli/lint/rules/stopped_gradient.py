"""A gradient that is stopped, so that another loss is trained than the one that is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from klcli.formula.read.ast_parts import walked, words_in
from klcli.judge.condition_kinds import Condition
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.syntax_names import stored
from klcli.lint.losses.value_only import adds_value_only
from klcli.lint.rules.rule import ModuleTerms, finding_at, finding_at_step
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.names.losses import REWARD

_STOPPED = find_mistake("KL134")
_STOPS = frozenset(("detach", "stop_gradient", "data"))
_VALUE = "the loss adds the value of the KL, and no gradient flows through it: all of it is stopped"


def check(found: ModuleTerms) -> Iterator[Finding]:
    """Stopped gradients, but for those in a reward; a call that hands a KL what is stopped is told there."""
    for kl in found.kls:
        if not kl.best.is_right:
            continue
        ways = (
            (one, text)
            for one in (kl.best, *kl.right_ways)
            for text in _stopped(one.excerpt, one.found.conditions)
        )
        if stopped := next(ways, None):
            yield _at_stop(*stopped)
        elif adds_value_only(kl.ways, found.sinks):
            yield finding_at(kl.best.excerpt, _STOPPED, "warning", _VALUE, kl.reading)
    for one, term in found.estimators:
        for text in _stopped(one.excerpt, term.conditions):
            yield finding_at(one.excerpt, _STOPPED, "warning", text, term.parameterization)


def _stopped(excerpt: CodeExcerpt, conditions: Iterable[Condition]) -> Iterator[str]:
    """What is said of a gradient that is another one than that of the value."""
    if not _is_reward(excerpt):
        yield from (one.text for one in conditions if one.kind == "gradient" and not one.passes)


def _at_stop(one: Divergence, text: str) -> Finding:
    """The finding at a KL, or where a function that has it is handed something that is stopped."""
    if not one.excerpt.is_local:
        for step in one.excerpt.steps:
            if not step.is_written and not _STOPS.isdisjoint(words_in(step.node)):
                return finding_at_step(one, step, _STOPPED, one.excerpt.spelled(text))
    reading = one.found.best.verdict.parameterization.name
    return finding_at(one.excerpt, _STOPPED, "warning", text, reading)


def _is_reward(excerpt: CodeExcerpt) -> bool:
    """Whether an expression is in what a policy is rewarded with, or made of that."""
    at = excerpt.step.node.lineno
    around = excerpt.step.function.node or excerpt.step.function.module.tree
    lines = (node for node in walked(around) if isinstance(node, ast.Assign | ast.AugAssign))
    own = [node for node in lines if node.lineno <= at <= (node.end_lineno or 0)]
    names = [name for node in own for name in stored(node)]
    names += [excerpt.spelled(name) for step in excerpt.steps for name in step.targets]
    return any(map(REWARD.says, names))

"""A gradient that is stopped, so that another loss is trained than the one that is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.formula.read.ast_parts import walked
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.syntax_names import stored
from klcli.lint.losses.value_only import adds_value_only
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.names.losses import REWARD

_STOPPED = find_mistake("KL134")
_VALUE = "the loss adds the value of the KL, and no gradient flows through it: all of it is stopped"


def check(found: ModuleTerms) -> Iterator[Finding]:
    """Stopped gradients, but for those that are meant: of a prior that is held still, and in a reward."""
    held = [kl.best.excerpt for kl in found.kls if kl.best.found.best.verdict.roles.has_prior]
    said = []
    for excerpt, term in found.judged:
        for condition in () if excerpt in held or _is_reward(excerpt) else term.conditions:
            if condition.kind == "gradient" and not condition.passes:
                said.append(excerpt)
                yield finding_at(excerpt, _STOPPED, "warning", condition.text, term.parameterization)
    for kl in found.kls:
        if kl.best.is_right and kl.best.excerpt not in said and adds_value_only(kl.ways, found.sinks):
            yield finding_at(kl.best.excerpt, _STOPPED, "warning", _VALUE, kl.reading)


def _is_reward(excerpt: CodeExcerpt) -> bool:
    """Whether an expression is in what a policy is rewarded with, or made of that."""
    at = excerpt.step.node.lineno
    around = excerpt.step.function.node or excerpt.step.function.module.tree
    lines = (node for node in walked(around) if isinstance(node, ast.Assign | ast.AugAssign))
    own = [node for node in lines if node.lineno <= at <= (node.end_lineno or 0)]
    names = [name for node in own for name in stored(node)]
    names += [excerpt.spelled(name) for step in excerpt.steps for name in step.targets]
    return any(map(REWARD.says, names))

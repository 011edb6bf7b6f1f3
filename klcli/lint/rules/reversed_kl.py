"""The KL from the fixed prior to the posterior, in the place of that from the posterior."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.shape_only_results import is_only_checked_for_shape
from klcli.lint.findings.types import Finding
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.project.definitions import SourceFunction
from klcli.lint.rules.rule import KlTerm, ModuleTerms, finding_at
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.names.posterior_or_prior import SAYS_DIRECTION

_REVERSED = find_mistake("KL115")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in reversed_terms(found):
        yield finding_at(kl.best.excerpt, _REVERSED, "warning", reading=kl.reading)


def reversed_terms(found: ModuleTerms) -> Iterator[KlTerm]:
    """The KL terms that are in the wrong direction, and not one half of a symmetric divergence."""
    right = {_distributions(kl.best) for kl in found.kls if kl.best.is_right}
    for kl in found.kls:
        answer = kl.best.found.best
        if answer.kind != "reversed" or answer.verdict.roles.has_prior:
            continue
        if _distributions(kl.best) in right or _is_measured(kl.best) or says_direction(kl.best.excerpt):
            continue
        yield kl


def says_direction(excerpt: CodeExcerpt) -> bool:
    """Whether what computes a KL is called after the direction that it has: ``reverse_kl``."""
    names = (excerpt.owner.name.rpartition(".")[2], *excerpt.step.targets)
    return any(map(SAYS_DIRECTION.says, names))


def _distributions(one: Divergence) -> tuple[SourceFunction, str | None, str | None]:
    """Where a KL to a fixed prior stands, and of which posterior it is: a sum of both directions is meant."""
    return one.excerpt.owner, one.mean, one.head


def _is_measured(one: Divergence) -> bool:
    """Whether the function in which a KL stands only looks at its shape."""
    step = one.excerpt.step
    value = getattr(step.node, "value", None)
    around = step.function.node or step.function.module.tree
    return isinstance(value, ast.expr) and is_only_checked_for_shape(value, around)

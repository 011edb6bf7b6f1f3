"""A gradient that is stopped, so that another loss is trained than the one that is written."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import ModuleTerms, finding_at

_STOPPED = find_mistake("KL134")


def check(found: ModuleTerms) -> Iterator[Finding]:
    """Stopped gradients, but for those of a prior that is held still, which are meant."""
    held = [kl.best.excerpt for kl in found.kls if kl.best.found.best.verdict.roles.has_prior]
    for excerpt, term in found.judged:
        for condition in () if excerpt in held else term.conditions:
            if condition.kind == "gradient" and not condition.passes:
                yield finding_at(excerpt, _STOPPED, "warning", condition.text, term.parameterization)

"""What is called a KL of Gaussians, and is none by no mistake that is known."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import ModuleTerms, finding_at

_NONE = find_mistake("KL100")
_SAMPLED = "log q - log p of this sample is an estimate of no KL, whatever its head means"


def check(found: ModuleTerms) -> Iterator[Finding]:
    for one in (kl.best for kl in found.kls):
        if one.is_unexplained:
            yield finding_at(one.excerpt, _NONE, "warning", _SAMPLED if one.is_sampled else "")

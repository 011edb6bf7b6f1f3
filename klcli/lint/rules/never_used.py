"""A KL that no loss has in it: nothing reads its name, or it is only reported."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.losses.only_reported import is_only_reported
from klcli.lint.losses.unused import is_unused
from klcli.lint.rules.rule import ModuleTerms, finding_at

_UNUSED = find_mistake("KL205")
_REPORTED = "the KL is reported, and the loss beside it is made without it"


def check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        if all(map(is_unused, kl.ways)):
            yield finding_at(kl.best.excerpt, _UNUSED, "warning", reading=kl.reading)
        elif kl.best.is_right and is_only_reported(kl.best):
            yield finding_at(kl.best.excerpt, _UNUSED, "warning", _REPORTED, kl.reading)

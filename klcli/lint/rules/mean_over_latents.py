"""A KL that is averaged over the latents, where the bound has their sum."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import ModuleTerms, finding_at

_MEAN = find_mistake("KL206")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        reductions = kl.best.found.prepared.reductions
        # What a mask keeps may be examples or positions, whose mean is due.
        if kl.best.is_right and reductions.name == "mean" and not reductions.kept:
            yield finding_at(kl.best.excerpt, _MEAN, "info", reading=kl.reading)

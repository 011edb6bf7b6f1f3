"""An estimator of log-probabilities with a mistake."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import ModuleTerms, finding_at


def check(found: ModuleTerms) -> Iterator[Finding]:
    for one, _ in found.estimators:
        if mistake := one.found.mistake:
            yield finding_at(one.excerpt, mistake, "error", one.found.flaw, confidence="high")

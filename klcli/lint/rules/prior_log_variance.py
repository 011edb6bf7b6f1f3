"""A 1 in the place of the logarithm of the prior's variance."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.lint.terms.closed_form_terms import Divergence

_MISTAKE = find_mistake("KL208")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        if kl.best.is_right and _has_unit_log_variance(kl.best):
            yield finding_at(kl.best.excerpt, _MISTAKE, "warning", reading=kl.reading)


def _has_unit_log_variance(one: Divergence) -> bool:
    """Whether the prior has the variance e, which nobody chooses."""
    from klcli.judge.recognized_constants import constant_text

    kl = one.found.best.verdict.kl
    return kl is not None and kl.prior_variance is not None and constant_text(kl.prior_variance) == "e"

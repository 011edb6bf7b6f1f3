"""A head whose name says another reading than the code has."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import KlTerm, ModuleTerms, finding_at
from klcli.names.means_and_spreads import suggested

_MISTAKE = find_mistake("KL207")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        stated = _stated(kl)
        if kl.best.is_right and stated and stated != kl.reading:
            meant, held = (PARAMETERIZATIONS[name].meaning for name in (stated, kl.reading))
            words = f"{kl.head} is called {meant} and is {held}"
            yield finding_at(kl.best.excerpt, _MISTAKE, "note", words, kl.reading)


def _stated(kl: KlTerm) -> str | None:
    """The reading that the name of a head states, where it has one meaning."""
    head = kl.best.head
    if head is None or kl.best.excerpt.is_rebound(head):
        return None
    return suggested(kl.head.rpartition(".")[2])

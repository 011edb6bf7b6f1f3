"""What a verdict needs beside the algebra, all in one note."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding, ListedTerm
from klcli.lint.rules.rule import ModuleTerms, finding_at

_MISTAKE = find_mistake("KL211")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for excerpt, term in found.judged:
        if noted := "; ".join(_noted(term)):
            yield finding_at(excerpt, _MISTAKE, "note", noted, term.parameterization)


def _noted(term: ListedTerm) -> Iterator[str]:
    """The conditions in words; a stopped gradient is a warning of its own, and so are exchanged names.

    What is stopped as a whole is a value to be printed, as it stands beside losses.
    """
    for condition in term.conditions:
        if condition.kind in ("no-gradient", "names"):
            continue
        if condition.kind != "gradient" or condition.passes:
            yield condition.text if condition.passes else f"it does not hold: {condition.text}"
    if term.proof == "numeric":
        yield "no difference found at points, it is not proved"

"""A KL with a mistake that is known by name."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.types import Finding
from klcli.lint.rules.rule import KlTerm, ModuleTerms, finding_at
from klcli.values import replace

_CLIPPED = find_mistake("KL118")


def check(found: ModuleTerms) -> Iterator[Finding]:
    for kl in found.kls:
        answer = kl.best.found.best
        if answer.kind == "wrong" and answer.mistake:
            yield _mistaken(kl, answer.mistake)


def _mistaken(kl: KlTerm, mistake: Mistake) -> Finding:
    from klcli.lint.findings.fixes import fixed  # not for what is right

    one, answer = kl.best, kl.best.found.best
    words = f"in expectation over the noise, {mistake.sentence}" if one.is_sampled else mistake.sentence
    if one.head:
        words += f", if {kl.head} is {answer.verdict.parameterization.meaning}"
    if even_for := one.found.prepared.reductions.even_for:  # what shapes its heads have is not known
        return finding_at(one.excerpt, mistake, "note", f"{words}; they are with {even_for}", kl.reading)
    if mistake is _CLIPPED:  # how far a network goes is not known
        said = finding_at(one.excerpt, mistake, "warning", words, kl.reading)
    else:
        said = finding_at(one.excerpt, mistake, "error", words, kl.reading, "high")
    # The expectation of an estimate from a sample has no line of its own.
    line, edit = (None, None) if one.is_sampled else fixed(one.excerpt, answer.correction)
    return replace(said, fix=line, edit=edit)

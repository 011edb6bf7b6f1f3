"""Lints sources: every KL term and every sample, what is wrong with them, and where they disagree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes import find_mistake
from klcli.lint.findings import Finding, Linted, Place, Related, Term
from klcli.lint.project import Project
from klcli.lint.scopes import Excerpt, excerpts
from klcli.lint.source import Module
from klcli.lint.terms import Divergence, Sample, term

__all__ = ["linted"]

_UNSURE = frozenset(("KL109",))
"""A sign that may be undone where the term is used, which another function or file may do."""
_IGNORE = re.compile(r"#\s*klcli:\s*ignore(?:\[(?P<codes>[^\]]*)\])?")


def linted(module: Module, project: Project | None = None) -> Linted:
    """The findings and the recognised terms of a module.

    Args:
        module: the file.
        project: the files that belong to it, into which functions are followed.
    """
    divergences: list[Divergence] = []
    samples: list[Sample] = []
    for excerpt in excerpts(module):
        match term(excerpt):
            case Sample() as found:
                if all(found.excerpt.formula is not drawn.excerpt.formula for drawn in samples):
                    samples.append(found)
            case Divergence() as found:
                divergences.append(found)
    kept = _outermost(divergences)
    lines = module.text.split("\n")
    findings = [
        finding
        for finding in (*_wrong(kept, module), *_disagreements(kept, samples, module))
        if not _is_accepted(finding, lines)
    ]
    terms = [*(_term(one, module) for one in kept), *(_sample_term(one, module) for one in samples)]
    return Linted(
        module.path,
        tuple(sorted(findings, key=lambda finding: finding.place.line)),
        tuple(sorted(terms, key=lambda one: one.place.line)),
        unreadable=module.skipped,
    )


def _is_accepted(finding: Finding, lines: Sequence[str]) -> bool:
    """Whether a comment on one of its lines says that it is meant."""
    for line in lines[finding.place.line - 1 : finding.place.end_line]:
        if found := _IGNORE.search(line):
            codes = found["codes"]
            if codes is None or finding.mistake.code in re.split(r"[\s,]+", codes.strip()):
                return True
    return False


def _outermost(found: Sequence[Divergence]) -> list[Divergence]:
    """Terms that are no part of a later one, which has their lines and is read as well as they are."""
    kept = []
    for number, one in enumerate(found):
        later = (other for other in found[number + 1 :] if other.excerpt.owner == one.excerpt.owner)
        line = one.excerpt.statement.lineno
        if not any(line in other.excerpt.depends and _is_as_good(other, one) for other in later):
            kept.append(one)
    return kept


def _is_as_good(later: Divergence, earlier: Divergence) -> bool:
    order = ("exact", "scaled", "other-prior", "reversed", "wrong")
    return order.index(later.found.best.kind) <= max(1, order.index(earlier.found.best.kind))


def _wrong(found: Sequence[Divergence], module: Module) -> Iterator[Finding]:
    for one in found:
        best = one.found.best
        if best.kind != "wrong" or best.mistake is None or best.mistake.code in _UNSURE:
            continue
        yield Finding(
            _place(one.excerpt, module),
            best.mistake,
            "error",
            "high",
            f"{best.mistake.sentence}, if {one.head} is {best.verdict.parameterization.meaning}",
            _expression(one.excerpt, module),
            best.verdict.parameterization.name,
            _lines(one.excerpt, module),
            fix=_changed_lines(one.excerpt.text, best.corrected),
        )


def _changed_lines(before: str, after: str | None) -> str | None:
    """The lines of a corrected program that are not in the program."""
    if after is None:
        return None
    known = set(before.split("\n"))
    return "\n".join(line for line in after.split("\n") if line not in known)


def _disagreements(
    found: Sequence[Divergence], samples: Sequence[Sample], module: Module
) -> Iterator[Finding]:
    """Samples that read the head in another way than the KL does."""
    for one in found:
        best = one.found.best
        if best.kind not in ("exact", "scaled", "other-prior") or one.head is None:
            continue
        reading = best.verdict.parameterization
        alike = [drawn for drawn in samples if _same_head(one, drawn)]
        own = [drawn for drawn in alike if drawn.excerpt.owner == one.excerpt.owner]
        for drawn in own or alike:
            sampling = drawn.sampling
            if sampling.parameterization == reading.name and sampling.mistake is None:
                continue
            other = PARAMETERIZATIONS[str(sampling.parameterization)]
            disagreement = (
                f"the sample reads {one.head} as {other.meaning}, "
                f"the KL in line {one.excerpt.formula.lineno} as {reading.meaning}"
            )
            yield Finding(
                _place(drawn.excerpt, module),
                sampling.mistake or find_mistake("KL201"),
                "warning",
                "medium",
                sampling.mistake.sentence if sampling.mistake else disagreement,
                _expression(drawn.excerpt, module),
                other.name,
                _lines(drawn.excerpt, module),
                Related(_place(one.excerpt, module), "the KL", _lines(one.excerpt, module)),
            )


def _same_head(one: Divergence, drawn: Sample) -> bool:
    """Whether both have a mean and a head of the same names, in one class or among functions."""
    if _class_of(one.excerpt) != _class_of(drawn.excerpt) and "." in one.excerpt.owner + drawn.excerpt.owner:
        own = {_class_of(one.excerpt), _class_of(drawn.excerpt)}
        if "" not in own:
            return False
    same_mean = one.mean is None or _bare(one.mean) == _bare(drawn.mean)
    return same_mean and _bare(str(one.head)) == _bare(drawn.head)


def _class_of(excerpt: Excerpt) -> str:
    return excerpt.owner.rpartition(".")[0]


def _bare(name: str) -> str:
    return name.removeprefix("self.").lower()


def _term(one: Divergence, module: Module) -> Term:
    best = one.found.best
    return Term(
        _place(one.excerpt, module),
        "kl",
        best.verdict.parameterization.name,
        best.kind,
        _expression(one.excerpt, module),
    )


def _sample_term(one: Sample, module: Module) -> Term:
    return Term(
        _place(one.excerpt, module),
        "sampler",
        one.sampling.parameterization,
        "wrong" if one.sampling.mistake else "exact",
        _expression(one.excerpt, module),
    )


def _place(excerpt: Excerpt, module: Module) -> Place:
    node = excerpt.formula
    return Place(
        module.path,
        node.lineno,
        node.col_offset + 1,
        node.end_lineno or node.lineno,
        (node.end_col_offset or node.col_offset) + 1,
    )


def _expression(excerpt: Excerpt, module: Module) -> str:
    return ast.get_source_segment(module.text, excerpt.formula) or ast.unparse(excerpt.formula)


def _lines(excerpt: Excerpt, module: Module) -> tuple[str, ...]:
    node = excerpt.formula
    return tuple(module.text.split("\n")[node.lineno - 1 : node.end_lineno])

"""Lints sources: every KL term and every sample, what is wrong with them, and where they disagree."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes import find_mistake
from klcli.lint.definitions import lines_of
from klcli.lint.excerpts import Excerpt
from klcli.lint.findings import Finding, Linted, Place, Related, Term
from klcli.lint.flow import Flow, flow
from klcli.lint.pairing import Disagreement, disagreements
from klcli.lint.project import Project, outline
from klcli.lint.relevance import Relevance, holds_terms
from klcli.lint.sinks import Sink
from klcli.lint.source import Module
from klcli.lint.terms import Divergence, Sample, terms
from klcli.lint.uses import is_unused, slope

__all__ = ["linted"]

_UNSURE = frozenset(("KL109",))
"""A sign that may be undone where the term is used, which another function or file may do."""
_IGNORE = re.compile(r"#\s*klcli:\s*ignore(?:\[(?P<codes>[^\]]*)\])?")
_Found: TypeAlias = tuple[list[list[Divergence]], list[list[Sample]], list[Sink]]
_ORDER = ("exact", "scaled", "other-prior", "reversed", "wrong")


def linted(module: Module, project: Project | None = None) -> Linted:
    """The findings and the recognised terms of a module.

    Args:
        module: the file.
        project: the files that belong to it, into which functions are followed.
    """
    project = project or Project([outline(module.text, module.path)], lambda path: module)
    divergences, samples, sinks = _found(module, project)
    best = [_best(ways) for ways in divergences]
    findings = [
        finding
        for finding in (
            *_wrong(best),
            *_bad_noise(samples),
            *map(_disagreement, disagreements(divergences, samples)),
        )
        if finding.place.path == module.path or finding.related
    ]
    findings = [finding for finding in findings if not _is_accepted(finding, project)]
    found = [*map(_term, best), *(_sample_term(ways[0]) for ways in samples)]
    return Linted(
        module.path,
        tuple(sorted(findings, key=_position)),
        tuple(sorted((one for one in found if one.place.path == module.path), key=_position)),
    )


def _position(one: Finding | Term) -> tuple[str, int, int]:
    return one.place.path, one.place.line, one.place.column


def _found(module: Module, project: Project) -> _Found:
    """The KL terms and the samples by where they stand, each with the ways in which it was reached."""
    here = project.of(module)
    functions = [here.top, *here.functions]
    flows = [flow(one, project) for one in functions if holds_terms(one)]
    local = _reached(flows)
    relevance = Relevance(project, [one.excerpt.owner for part in local[:2] for ways in part for one in ways])
    followed = [one for one in functions if relevance.leads_further(one)]
    for other in project.importers(module) if local[0] or local[1] else ():
        followed += [one for one in (other.top, *other.functions) if relevance.uses(one, here)]
    if not followed:
        return local
    return _reached([*flows, *(flow(one, project, relevance) for one in followed)])


def _reached(flows: Iterable[Flow]) -> _Found:
    divergences: dict[Place, list[Divergence]] = defaultdict(list)
    samples: dict[Place, list[Sample]] = defaultdict(list)
    sinks: list[Sink] = []
    for one in flows:
        sinks += one.sinks
        for found in (part for excerpt in one.excerpts for part in terms(excerpt)):
            place = _place(found.excerpt)
            if isinstance(found, Divergence):
                divergences[place].append(found)
            else:
                samples[place].append(found)
    return list(divergences.values()), list(samples.values()), sinks


def _best(ways: Sequence[Divergence]) -> Divergence:
    """The way to read a KL that makes the most of it; its own function's, and the last of several."""
    return min(
        enumerate(ways),
        key=lambda entry: (
            max(1, _ORDER.index(entry[1].found.best.kind)),
            not entry[1].excerpt.is_local,
            -entry[0],
        ),
    )[1]


def _is_accepted(finding: Finding, project: Project) -> bool:
    """Whether a comment on one of its lines says that it is meant."""
    for line in finding.lines:
        if found := _IGNORE.search(line):
            codes = found["codes"]
            if codes is None or finding.mistake.code in re.split(r"[\s,]+", codes.strip()):
                return True
    return False


def _wrong(found: Sequence[Divergence]) -> Iterator[Finding]:
    for one in found:
        best = one.found.best
        if best.kind != "wrong" or best.mistake is None or best.mistake.code in _UNSURE:
            continue
        yield Finding(
            _place(one.excerpt),
            best.mistake,
            "error",
            "high",
            f"{best.mistake.sentence}, if {one.head} is {best.verdict.parameterization.meaning}",
            _expression(one.excerpt),
            best.verdict.parameterization.name,
            _lines(one.excerpt),
            fix=_changed_lines(one.excerpt.text, best.corrected),
        )


def _changed_lines(before: str, after: str | None) -> str | None:
    """The lines of a corrected program that are not in the program."""
    if after is None:
        return None
    known = set(before.split("\n"))
    return "\n".join(line for line in after.split("\n") if line not in known)


def _bad_noise(samples: Sequence[Sequence[Sample]]) -> Iterator[Finding]:
    """Samples whose noise is not standard normal."""
    for ways in samples:
        drawn = next((one for one in ways if one.sampling.mistake), None)
        if drawn and drawn.sampling.mistake and drawn.sampling.parameterization:
            yield Finding(
                _place(drawn.excerpt),
                drawn.sampling.mistake,
                "warning",
                "medium",
                drawn.sampling.mistake.sentence,
                _expression(drawn.excerpt),
                drawn.sampling.parameterization,
                _lines(drawn.excerpt),
            )


def _disagreement(found: Disagreement) -> Finding:
    one, drawn = found.divergence, found.sample
    reading = one.found.best.verdict.parameterization
    name = one.excerpt.step.spelled.get(str(one.head), one.head)
    other = PARAMETERIZATIONS.get(str(drawn.sampling.parameterization))
    sample = (
        f"reads {name} as {other.meaning}" if other else f"does not scale the noise with what {name} means"
    )
    place = _place(one.excerpt)
    return Finding(
        _place(drawn.excerpt),
        find_mistake("KL201"),
        "warning",
        "medium",
        f"the sample {sample}, the KL in line {place.line} as {reading.meaning}",
        _expression(drawn.excerpt),
        other.name if other else None,
        _lines(drawn.excerpt),
        Related(place, "the KL", _lines(one.excerpt)),
    )


def _term(one: Divergence) -> Term:
    best = one.found.best
    return Term(
        _place(one.excerpt), "kl", best.verdict.parameterization.name, best.kind, _expression(one.excerpt)
    )


def _sample_term(one: Sample) -> Term:
    return Term(
        _place(one.excerpt),
        "sampler",
        one.sampling.parameterization,
        "wrong" if one.sampling.mistake else "exact",
        _expression(one.excerpt),
    )


def _place(excerpt: Excerpt) -> Place:
    node, module = _node(excerpt), excerpt.owner.module
    end = node.end_lineno or node.lineno
    lines = lines_of(module)
    return Place(
        module.path,
        node.lineno,
        _column(lines, node.lineno, node.col_offset),
        end,
        _column(lines, end, node.end_col_offset or node.col_offset),
    )


def _node(excerpt: Excerpt) -> ast.stmt | ast.expr:
    """What people would point at: an assignment, or the value of any other statement."""
    node = excerpt.formula.node
    if isinstance(node, ast.Return | ast.Expr):
        return node.value or node
    return node


def _column(lines: Sequence[str], line: int, offset: int) -> int:
    """The column in characters, from 1, of an offset in bytes."""
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode()[:offset].decode(errors="ignore")) + 1


def _expression(excerpt: Excerpt) -> str:
    node = _node(excerpt)
    return ast.get_source_segment(excerpt.owner.module.text, node) or ast.unparse(node)


def _lines(excerpt: Excerpt) -> tuple[str, ...]:
    node = _node(excerpt)
    return tuple(lines_of(excerpt.owner.module)[node.lineno - 1 : node.end_lineno])

"""Lints sources: every KL term and every sample, what is wrong with them, and where they disagree."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.complaints import about_divergence, about_pair, about_sample, about_signs, about_swap
from klcli.lint.findings.handed import about_handed
from klcli.lint.findings.listing import estimator_term, kl_term, sample_term
from klcli.lint.findings.pairing import Pair, pairs
from klcli.lint.findings.places import place_of
from klcli.lint.findings.remarks import about_conditions, about_estimator
from klcli.lint.findings.swaps import swapped_calls
from klcli.lint.findings.types import Finding, Linted, Place, Term
from klcli.lint.flow.excerpts import Excerpt
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.statements import Flow, flow
from klcli.lint.flow.steps import Step
from klcli.lint.project.definitions import Function
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import outline
from klcli.lint.project.relevance import Relevance, holds_terms
from klcli.lint.reading.source import Module
from klcli.lint.terms.divergences import Divergence
from klcli.lint.terms.estimators import Estimator
from klcli.lint.terms.recognition import terms
from klcli.lint.terms.samples import Sample
from klcli.patterns import regex
from klcli.values import dataclass

__all__ = ["linted"]

_IGNORE = regex(r"#\s*klcli:\s*ignore(?:\[(?P<codes>[^\]]*)\])?")
_SWAPPED = find_mistake("KL115")
_MOST_WAYS, _MOST_CALLERS = 8, 24
"""Statements that are looked at for one formula, of one caller and of all."""
_ORDER = ("exact", "scaled", "other", "other-prior", "reversed", "wrong", "not-kl")


def linted(module: Module, project: Project | None = None) -> Linted:
    """The findings and the recognised terms of a module.

    Args:
        module: the file.
        project: the files that belong to it, into which functions are followed.
    """
    project = project or Project([outline(module.text, module.path)], lambda path: module)
    found = _found(module, project)
    divergences, samples = found.divergences, found.samples
    best = [_best(ways) for ways in divergences]
    paired = list(pairs(divergences, samples))
    belonging = {place_of(pair.sample.excerpt) for pair in paired}
    drawn = [one for ways in samples if _is_listed(one := _clearest(ways), belonging)]
    kls, estimates = list(map(kl_term, best)), list(map(estimator_term, found.estimators))
    findings = [
        *_about_divergences(best, divergences, paired),
        *about_signs(divergences, found.sinks),
        *(said for pair in paired for said in about_pair(pair)),
        *(said for one in drawn if place_of(one.excerpt) not in belonging for said in about_sample(one)),
        *(said for one, term in zip(best, kls, strict=True) for said in _about_conditions(one, term)),
        *_about_estimators(found.estimators, estimates),
    ]
    reversed_ = {one.place.line for one in findings if one.mistake is _SWAPPED}
    swaps = [about_swap(call, module) for call in swapped_calls(project.of(module))]
    findings += [one for one in swaps if one.place.line not in reversed_]
    own = [one for one in findings if one.related or one.place.path == module.path]
    terms_ = [*kls, *map(sample_term, drawn), *estimates]
    return Linted(
        module.path,
        tuple(sorted((one for one in own if not _is_accepted(one)), key=_position)),
        tuple(sorted((one for one in terms_ if one.place.path == module.path), key=_position)),
        unreadable=module.skipped,
    )


def _about_conditions(one: Divergence, term: Term) -> Iterator[Finding]:
    """The conditions of what is right; gradients of a prior that is held still are meant to be stopped."""
    if not one.is_right:
        return
    for said in about_conditions(term, one.excerpt):
        if said.severity == "note" or not one.found.best.verdict.roles.has_prior:
            yield said


def _about_estimators(found: Sequence[Estimator], terms_: Sequence[Term]) -> Iterator[Finding]:
    for one, term in zip(found, terms_, strict=True):
        yield from about_estimator(one, term)
        yield from about_conditions(term, one.excerpt)


def _about_divergences(
    best: Sequence[Divergence], divergences: Sequence[Sequence[Divergence]], paired: Sequence[Pair]
) -> Iterator[Finding]:
    """What is said of each KL by itself; of what it is handed, where no sample says it."""
    apart = {place_of(pair.divergence.excerpt) for pair in paired if pair.relation != "agree"}
    right = {_distributions(one) for one in best if one.is_right}
    for one, ways in zip(best, divergences, strict=True):
        yield from about_divergence(one, ways, is_symmetric=_distributions(one) in right)
        if place_of(one.excerpt) not in apart:
            yield from about_handed(ways)


def _distributions(one: Divergence) -> tuple[Function, str | None, str | None]:
    """Where a KL to a fixed prior stands, and of which posterior it is: a sum of both directions is meant."""
    return one.excerpt.owner, one.mean, one.head


def _is_listed(one: Sample, belonging: Collection[Place]) -> bool:
    """Whether a sample has a reading; one of bent noise, as of a logistic distribution, also needs a KL."""
    if one.sampling.parameterization is None:
        return False
    return not one.is_bent or place_of(one.excerpt) in belonging


def _clearest(ways: Sequence[Sample]) -> Sample:
    """The way to read a sample that has a reading; its own function's, and the last of several."""

    def rank(entry: tuple[int, Sample]) -> tuple[bool, bool, int]:
        number, one = entry
        return one.sampling.parameterization is None, not one.excerpt.is_local, -number

    return min(enumerate(ways), key=rank)[1]


def _position(one: Finding | Term) -> tuple[str, int, int]:
    return one.place.path, one.place.line, one.place.column


@dataclass(frozen=True, slots=True)
class _Found:
    """The terms by where they stand, the first two with the ways in which each was reached."""

    divergences: list[list[Divergence]]
    samples: list[list[Sample]]
    estimators: list[Estimator]
    sinks: list[Sink]


def _found(module: Module, project: Project) -> _Found:
    """The terms of a module and of what it calls."""
    here = project.of(module)
    functions = [here.top, *here.functions]
    flows = [flow(one, project) for one in functions if holds_terms(one)]
    local = _reached(flows)
    seeds = [one.excerpt.owner for ways in local.divergences for one in ways]
    seeds += [one.excerpt.owner for ways in local.samples for one in ways if one.sampling.parameterization]
    relevance = Relevance(project, seeds)
    followed = [one for one in functions if relevance.leads_further(one)]
    for other in project.importers(module) if local.divergences or local.samples else ():
        followed += [one for one in (other.top, *other.functions) if relevance.uses(one, here)]
    if not followed:
        return local
    return _reached([*flows, *(flow(one, project, relevance) for one in followed)])


def _reached(flows: Iterable[Flow]) -> _Found:
    divergences: dict[Place, list[Divergence]] = defaultdict(list)
    samples: dict[Place, list[Sample]] = defaultdict(list)
    estimators: dict[Place, Estimator] = {}
    sinks: list[Sink] = []
    seen: Counter[tuple[Place, Function | None]] = Counter()
    for one in flows:
        sinks += one.sinks
        estimates: set[Step] = set()
        for found in (part for excerpt in one.excerpts if _is_new(excerpt, seen) for part in terms(excerpt)):
            place = place_of(found.excerpt)
            if isinstance(found, Divergence):
                if found.is_sampled and not estimates.isdisjoint(found.excerpt.steps):
                    continue  # a loss, to which an estimate is added that was found before
                divergences[place].append(found)
                if found.is_sampled:
                    estimates.add(found.excerpt.step)
            elif isinstance(found, Estimator):
                estimators.setdefault(place, found)
            else:
                samples[place].append(found)
    alone = [one for place, one in estimators.items() if place not in divergences]
    return _Found(_complete(divergences.values()), list(samples.values()), alone, sinks)


def _complete(divergences: Collection[list[Divergence]]) -> list[list[Divergence]]:
    """KL terms without what is called one, is none, and is only a part of another."""
    whole = [one for ways in divergences for one in ways if not one.is_unexplained]
    parts = {step for one in whole for step in one.excerpt.steps}
    kept = (
        [one for one in ways if not one.is_unexplained or one.excerpt.step not in parts]
        for ways in divergences
    )
    return [ways for ways in kept if ways]


def _is_new(excerpt: Excerpt, seen: Counter[tuple[Place, Function | None]]) -> bool:
    """Whether a formula was not yet reached from enough other functions."""
    if excerpt.is_local:
        return True
    place = place_of(excerpt)
    seen[place, None] += 1
    seen[place, excerpt.root] += 1
    return seen[place, None] <= _MOST_CALLERS and seen[place, excerpt.root] <= _MOST_WAYS


def _best(ways: Sequence[Divergence]) -> Divergence:
    """The way to read a KL that makes the most of it; its own function's, and the last of several."""

    def rank(entry: tuple[int, Divergence]) -> tuple[object, ...]:
        number, one = entry
        kind = 0 if one.is_half_added else max(1, _ORDER.index(one.found.best.kind))
        return kind, not one.excerpt.is_local, one.sign < 0, -number

    return min(enumerate(ways), key=rank)[1]


def _is_accepted(finding: Finding) -> bool:
    """Whether a comment on one of its lines says that it is meant."""
    for line in finding.lines:
        if found := _IGNORE.search(line):
            codes = found["codes"]
            if codes is None or set(finding.mistake.codes) & {*re.split(r"[\s,]+", codes.strip())}:
                return True
    return False

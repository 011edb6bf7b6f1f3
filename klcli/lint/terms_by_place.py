"""The terms of a module by their places, with the ways in which each is reached through calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from klcli.formula.traversal import free_symbols
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.term_places import place_of
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.statements import Flow, flow
from klcli.lint.project.definitions import SourceFunction
from klcli.lint.project.files import Project
from klcli.lint.project.relevance import Relevance, holds_terms
from klcli.lint.source.module import Module
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.estimators import EstimatorLine
from klcli.lint.terms.programs import flow_name
from klcli.lint.terms.recognition import terms
from klcli.lint.terms.samples import SamplingLine
from klcli.lint.terms.unread import UnreadTerm
from klcli.values import dataclass

_MOST_WAYS, _MOST_CALLERS = 8, 24
"""Statements that are looked at for one formula, of one caller and of all."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The terms of a module by where they stand.

    Attributes:
        divergences: for each KL, the ways in which it was reached.
        samples: for each sample, the ways in which it was reached.
        estimators: of log-probabilities.
        sinks: what is minimised.
        unread: terms that are not read, of whose places nothing else is said.
    """

    divergences: list[list[Divergence]]
    samples: list[list[SamplingLine]]
    estimators: list[EstimatorLine]
    sinks: list[Sink]
    unread: list[UnreadTerm]


def occurrences(module: Module, project: Project) -> Occurrences:
    """The terms of a module and of what it calls.

    Args:
        module: the file.
        project: the files that belong to it.
    """
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


def _reached(flows: Iterable[Flow]) -> Occurrences:
    divergences: dict[SourceSpan, list[Divergence]] = defaultdict(list)
    samples: dict[SourceSpan, list[SamplingLine]] = defaultdict(list)
    estimators: dict[SourceSpan, EstimatorLine] = {}
    unread: dict[SourceSpan, UnreadTerm] = {}
    sinks: list[Sink] = []
    seen: Counter[tuple[SourceSpan, SourceFunction | None]] = Counter()
    for one in flows:
        sinks += one.sinks
        estimates: set[FlowStatement] = set()
        for found in (part for excerpt in one.excerpts if _is_new(excerpt, seen) for part in terms(excerpt)):
            place = place_of(found.excerpt)
            if isinstance(found, UnreadTerm):
                unread.setdefault(place, found)
                continue
            if isinstance(found, SamplingLine):
                samples[place].append(found)
                continue
            if not isinstance(found, Divergence) or found.is_sampled:
                may_be_loss = isinstance(found, Divergence) or bool(found.found.others)
                if may_be_loss and not estimates.isdisjoint(found.excerpt.steps):
                    continue  # a loss, to which an estimate is added that was found before
                estimates.add(found.excerpt.step)
            if isinstance(found, Divergence):
                divergences[place].append(found)
            else:
                estimators.setdefault(place, found)
    for place in unread:
        for read in (divergences, samples, estimators):
            read.pop(place, None)
    alone = [one for place, one in estimators.items() if place not in divergences]
    every = _complete(divergences.values())
    return Occurrences(every, list(samples.values()), alone, sinks, list(unread.values()))


def _complete(divergences: Collection[list[Divergence]]) -> list[list[Divergence]]:
    """KL terms without what is called one, is none, and is only a part of another."""
    every = [one for ways in divergences for one in ways]
    parts = _steps(one for one in every if not one.is_unexplained)
    # What the next lines complete to a KL lacks a term by itself.
    completed = _steps(one for one in every if one.is_right and not one.found.prepared.others)

    def is_whole(one: Divergence) -> bool:
        return one.is_right or one.excerpt.step not in (parts if one.is_unexplained else completed)

    kept = ([one for one in ways if is_whole(one) and not _is_refuted(one, ways)] for ways in divergences)
    return [ways for ways in kept if ways]


def _is_refuted(one: Divergence, ways: Iterable[Divergence]) -> bool:
    """Whether a KL is right as an attribute is taken for what its name says, and a method made it another.

    ``self.var`` beside ``self.logvar`` is its exponential, unless ``__init__`` says something else.
    """
    wrong = [other for other in ways if other.found.mistake and other.excerpt.is_local]
    if not (wrong and one.is_right and one.excerpt.is_local):
        return False
    program, steps = one.found.program, one.excerpt.steps
    taken = {name for step in steps for name in step.read if "." in name}
    taken -= {str(flow_name(program, name)) for name in free_symbols(program.tree)}
    taken -= {name for step in steps for name in step.targets}
    return any(not taken.isdisjoint(step.targets) for other in wrong for step in other.excerpt.steps)


def _steps(whole: Iterable[Divergence]) -> set[FlowStatement]:
    return {step for one in whole for step in one.excerpt.steps}


def _is_new(excerpt: CodeExcerpt, seen: Counter[tuple[SourceSpan, SourceFunction | None]]) -> bool:
    """Whether a formula was not yet reached from enough other functions."""
    if excerpt.is_local:
        return True
    place = place_of(excerpt)
    seen[place, None] += 1
    seen[place, excerpt.root] += 1
    return seen[place, None] <= _MOST_CALLERS and seen[place, excerpt.root] <= _MOST_WAYS

"""A rule: what it looks at, and how it says what it finds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias

from klcli.judge.mistakes.mistake import Mistake
from klcli.lint.findings.sample_pairing import PairedSample
from klcli.lint.findings.term_places import expression_of, lines_at, place_of, segment, span
from klcli.lint.findings.types import Confidence, Finding, ListedTerm, Related, Severity
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.project.definitions import Definitions, lines_of
from klcli.lint.source.module import Module
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.estimators import EstimatorLine
from klcli.lint.terms.samples import SamplingLine
from klcli.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class KlTerm:
    """A KL term at its place.

    Attributes:
        best: the way to read it that makes the most of it.
        ways: all ways in which it was reached.
        term: the best as it is listed.
    """

    best: Divergence
    ways: tuple[Divergence, ...]
    term: ListedTerm

    @property
    def reading(self) -> str:
        """The reading of its head, by name."""
        return self.best.found.best.verdict.parameterization.name

    @property
    def head(self) -> str:
        """The name of its head as it is written in the source."""
        return self.best.excerpt.spelled(str(self.best.head))

    @property
    def right_ways(self) -> Iterator[Divergence]:
        """The ways in which it is right by itself, whatever it is handed for its head."""
        return (way for way in self.ways if way.is_right and way.head is not None)


@dataclass(frozen=True, slots=True)
class ModuleTerms:
    """What was recognised in a module and in what it calls.

    Attributes:
        here: the names of the module.
        kls: its KL terms.
        paired_samples: the samples that belong to these.
        samples: the others that have a reading.
        estimators: of log-probabilities, each as it is listed.
        sinks: what is minimised.
    """

    here: Definitions
    kls: tuple[KlTerm, ...]
    paired_samples: tuple[PairedSample, ...]
    samples: tuple[SamplingLine, ...]
    estimators: tuple[tuple[EstimatorLine, ListedTerm], ...]
    sinks: tuple[Sink, ...]

    @property
    def judged(self) -> Iterator[tuple[CodeExcerpt, ListedTerm]]:
        """The terms whose verdicts have conditions: KLs that are right, and estimators."""
        yield from ((kl.best.excerpt, kl.term) for kl in self.kls if kl.best.is_right)
        yield from ((one.excerpt, term) for one, term in self.estimators)

    @property
    def undisputed(self) -> Iterator[KlTerm]:
        """The KL terms but for those that a sample reads otherwise."""
        apart = {
            place_of(pair.divergence.excerpt) for pair in self.paired_samples if pair.relation != "agree"
        }
        return (kl for kl in self.kls if place_of(kl.best.excerpt) not in apart)


RuleCheck: TypeAlias = Callable[[ModuleTerms], Iterator[Finding]]
"""What a rule finds."""


def first_of_each(found: ModuleTerms, look: Callable[[Divergence], Finding | None]) -> Iterator[Finding]:
    """The first finding among the ways in which a KL is right, for each that no sample reads otherwise."""
    for kl in found.undisputed:
        if one := next(filter(None, map(look, kl.right_ways)), None):
            yield one


def finding_at(
    excerpt: CodeExcerpt,
    mistake: Mistake,
    severity: Severity,
    words: str = "",
    reading: str | None = None,
    confidence: Confidence = "medium",
) -> Finding:
    """A finding where a term stands.

    Args:
        excerpt: the term.
        mistake: what is wrong.
        severity: whether it fails a check.
        words: what is said; without any, the sentence of the mistake.
        reading: the reading under which the term would be right.
        confidence: how sure it is.
    """
    return Finding(
        place_of(excerpt),
        mistake,
        severity,
        confidence,
        words or mistake.sentence,
        expression_of(excerpt),
        reading,
        lines_at(excerpt),
    )


def finding_at_step(one: Divergence, step: FlowStatement, mistake: Mistake, words: str) -> Finding:
    """A finding at a statement that hands a KL what it is made of.

    Args:
        one: the KL.
        step: the statement.
        mistake: what is wrong.
        words: what is said.
    """
    found = finding_at_node(step.node, step.function.module, mistake, words)
    there = Related(place_of(one.excerpt), "the KL", lines_at(one.excerpt))
    return replace(found, parameterization=one.found.best.verdict.parameterization.name, related=there)


def finding_at_node(node: ast.stmt | ast.expr, module: Module, mistake: Mistake, words: str = "") -> Finding:
    """A warning at a node of a module.

    Args:
        node: the statement or the expression.
        module: in which it stands.
        mistake: what is wrong.
        words: what is said; without any, the sentence of the mistake.
    """
    place = span(node, module)
    lines = tuple(lines_of(module)[place.line - 1 : place.end_line])
    text = segment(node, module)
    return Finding(place, mistake, "warning", "medium", words or mistake.sentence, text, None, lines)

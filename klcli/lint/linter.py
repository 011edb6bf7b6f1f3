"""Lints sources: every KL term and every sample, what is wrong with them, and where they disagree."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.lazy_regex import regex
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.recognized_terms import estimator_term, kl_term, sample_term, unread_term
from klcli.lint.findings.sample_pairing import paired_samples
from klcli.lint.findings.term_places import place_of
from klcli.lint.findings.types import Finding, Linted, ListedTerm
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import outline
from klcli.lint.rules.rule import KlTerm, ModuleTerms
from klcli.lint.rules.table import RULES
from klcli.lint.source.module import Module
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.samples import SamplingLine
from klcli.lint.terms_by_place import occurrences

_IGNORE = regex(r"#\s*klcli:\s*ignore(?:\[(?P<codes>[^\]]*)\])?")
"""``# klcli: ignore`` for all findings of a line, ``# klcli: ignore[KL101, KL103]`` for some."""
_ORDER = ("exact", "scaled", "other", "other-prior", "reversed", "wrong", "not-kl", "unreadable")


def linted(module: Module, project: Project | None = None) -> Linted:
    """The findings and the recognised terms of a module.

    Args:
        module: the file.
        project: the files that belong to it, into which functions are followed.
    """
    project = project or Project([outline(module.text, module.path)], lambda path: module)
    found, terms = _recognised(module, project)
    said = (one for check in RULES for one in check(found))
    own = [one for one in said if one.related or one.place.path == module.path]
    own = [one for one in own if not any(_is_around(one, other) for other in own)]
    return Linted(
        module.path,
        tuple(sorted((one for one in own if not _is_accepted(one)), key=_position)),
        tuple(sorted((one for one in _once(terms) if one.place.path == module.path), key=_position)),
        unreadable=module.skipped,
    )


def _recognised(module: Module, project: Project) -> tuple[ModuleTerms, Sequence[ListedTerm]]:
    """What was recognised, as rules look at it and as it is listed."""
    found = occurrences(module, project)
    paired = tuple(paired_samples(found.divergences, found.samples))
    belonging = {place_of(pair.sample.excerpt): pair.sample for pair in paired}
    drawn = [one for ways in found.samples if _is_listed(one := _clearest(ways), belonging)]
    # What has a factor from its raw head may have none from that of its KL.
    drawn = [belonging.get(place_of(one.excerpt), one) if one.sampling.mistake else one for one in drawn]
    kls = [KlTerm(best := _best(ways), tuple(ways), kl_term(best)) for ways in found.divergences]
    estimators = [(one, estimator_term(one)) for one in found.estimators]
    recognised = ModuleTerms(
        project.of(module),
        tuple(kls),
        paired,
        tuple(one for one in drawn if place_of(one.excerpt) not in belonging),
        tuple(estimators),
        tuple(found.sinks),
    )
    listed = [*(kl.term for kl in kls), *map(sample_term, drawn), *(term for _, term in estimators)]
    listed += map(unread_term, found.unread)
    return recognised, listed


def _is_listed(one: SamplingLine, belonging: Collection[SourceSpan]) -> bool:
    """Whether a sample has a reading, and a KL or names where its noise is none of a normal distribution."""
    if one.sampling.parameterization is None:
        return False
    is_other = one.sampling.noise in UNIT_NOISE[1:] or one.sampling.factor != 1
    return place_of(one.excerpt) in belonging or not (one.is_bent or (is_other and not one.is_of_head))


def _clearest(ways: Sequence[SamplingLine]) -> SamplingLine:
    """The way to read a sample that has a reading; its own function's, and the last of several."""

    def rank(entry: tuple[int, SamplingLine]) -> tuple[bool, bool, int]:
        number, one = entry
        return one.sampling.parameterization is None, not one.excerpt.is_local, -number

    return min(enumerate(ways), key=rank)[1]


def _best(ways: Sequence[Divergence]) -> Divergence:
    """The way to read a KL that makes the most of it; its own function's, and the last of several.

    One that is printed besides is trained all the same.
    """

    def rank(entry: tuple[int, Divergence]) -> tuple[object, ...]:
        number, one = entry
        kind = 0 if one.is_half_added else max(1, _ORDER.index(one.found.best.kind))
        return kind, not one.excerpt.is_local, one.is_printed, one.sign < 0, -number

    return min(enumerate(ways), key=rank)[1]


def _is_around(one: Finding, other: Finding) -> bool:
    """Whether the same is found in a part of what is found: a loss, and the KL that it adds up."""
    return one.mistake is other.mistake and one.place.surrounds(other.place)


def _once(terms: Sequence[ListedTerm]) -> list[ListedTerm]:
    """The terms without a loss whose KL is listed by itself, and parts that say less than the whole."""

    def rank(one: ListedTerm) -> int:
        return _ORDER.index(one.verdict)

    kls = [one for one in terms if one.kind == "kl"]
    needless = {
        outer if rank(outer) >= rank(inner) else inner
        for outer in kls
        for inner in kls
        if outer.place.surrounds(inner.place)
    }
    return [one for one in terms if one not in needless]


def _position(one: Finding | ListedTerm) -> tuple[str, int, int]:
    return one.place.path, one.place.line, one.place.column


def _is_accepted(finding: Finding) -> bool:
    """Whether a comment on one of its lines says that it is meant."""
    for line in finding.lines:
        if found := _IGNORE.search(line):
            codes = found["codes"]
            # Between codes stand commas, blanks or both.
            if codes is None or set(finding.mistake.codes) & {*re.split(r"[\s,]+", codes.strip())}:
                return True
    return False

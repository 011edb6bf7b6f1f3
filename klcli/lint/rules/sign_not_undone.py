"""A KL that what is minimised takes away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.term_places import place_of
from klcli.lint.findings.types import Confidence, Finding
from klcli.lint.flow.sinks import Sink
from klcli.lint.losses.signs import adds_error, may_be_in, nodes_of, slope, weight_sign
from klcli.lint.rules.rule import ModuleTerms, finding_at
from klcli.lint.terms.closed_form_terms import Divergence

_TAKEN_AWAY = find_mistake("KL204")


def check(found: ModuleTerms) -> Iterator[Finding]:
    """KL terms that a sink takes away; not where it adds another, which is then what is meant."""
    signs = {sink: _signs(sink, found) for sink in found.sinks}
    added = {place_of(one.excerpt) for terms in signs.values() for sign, one in terms if sign > 0}
    said: set[SourceSpan] = set()
    for sink, terms in sorted(signs.items(), key=lambda entry: not entry[0].is_certain):
        if any(sign > 0 for sign, _ in terms):
            continue
        for _, one in terms:
            place = place_of(one.excerpt)
            if place not in added | said:
                said.add(place)
                yield _taken_away(one, "high" if sink.is_certain else "medium")


def _signs(sink: Sink, found: ModuleTerms) -> Sequence[tuple[int, Divergence]]:
    """The KL terms in what is minimised, each with the sign with which it counts."""
    signs, nodes = [], nodes_of(sink)
    for one in (way for kl in found.kls for way in kl.ways if may_be_in(nodes, way)):
        sign = weight_sign(one) if one.is_right else 0
        if not sign or not (sink.is_certain or one.excerpt.is_local or adds_error(sink, one)):
            continue  # what is called a loss may be maximised, and a function may give minus a KL for it
        if way := slope(sink, one):
            signs.append((sign * way, one))
    return signs


def _taken_away(one: Divergence, confidence: Confidence) -> Finding:
    reading = one.found.best.verdict.parameterization.name
    words = "" if one.sign > 0 else "the loss adds minus the KL"
    return finding_at(one.excerpt, _TAKEN_AWAY, "error", words, reading, confidence)

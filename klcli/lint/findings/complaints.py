"""What is said about terms: the findings, each by its own rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction

from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.constants import constant_text
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.fixes import fixed
from klcli.lint.findings.measured import is_only_measured
from klcli.lint.findings.pairing import Pair
from klcli.lint.findings.places import expression_of, lines_at, place_of, segment, span
from klcli.lint.findings.reporting import is_only_reported
from klcli.lint.findings.types import Confidence, Finding, Place, Related, Severity
from klcli.lint.findings.uses import adds_error, is_unused, slope, weight_sign
from klcli.lint.flow.excerpts import Excerpt
from klcli.lint.flow.sinks import Sink
from klcli.lint.project.definitions import lines_of
from klcli.lint.reading.source import Module
from klcli.lint.terms.divergences import Divergence
from klcli.lint.terms.samples import Sample
from klcli.names.gaussians import is_mean, suggested

__all__ = ["about_divergence", "about_pair", "about_sample", "about_signs", "about_swap"]

_CLIPPED = find_mistake("KL118")


def about_divergence(
    one: Divergence, ways: Sequence[Divergence], *, is_symmetric: bool = False
) -> Iterator[Finding]:
    """What is wrong with a KL by itself.

    Args:
        one: the way to read it that makes the most of it.
        ways: all ways in which it was reached.
        is_symmetric: whether the same function has the KL of the same distributions in the other order.
    """
    best = one.found.best
    reading = best.verdict.parameterization.name
    if best.kind == "wrong" and best.mistake:
        yield _mistaken(one, best.mistake)
    if one.is_unexplained:
        mistake = find_mistake("KL100")
        drawn = "log q - log p of this sample is an estimate of no KL, whatever its head means"
        words = drawn if one.is_sampled else mistake.sentence
        yield _finding(one.excerpt, mistake, "warning", "medium", words, None)
    if best.kind == "reversed" and not (best.verdict.roles.has_prior or is_symmetric or _is_measured(one)):
        mistake = find_mistake("KL115")
        yield _finding(one.excerpt, mistake, "warning", "medium", mistake.sentence, reading)
    if one.is_right and _has_unit_log_variance(one):
        mistake = find_mistake("KL208")
        yield _finding(one.excerpt, mistake, "warning", "medium", mistake.sentence, reading)
    if all(map(is_unused, ways)):
        mistake = find_mistake("KL205")
        yield _finding(one.excerpt, mistake, "warning", "medium", mistake.sentence, reading)
    elif one.is_right and is_only_reported(one):
        words = "the KL is reported, and the loss beside it is made without it"
        yield _finding(one.excerpt, find_mistake("KL205"), "warning", "medium", words, reading)
    if one.is_right and one.found.prepared.reductions.name == "mean":
        mistake = find_mistake("KL206")
        yield _finding(one.excerpt, mistake, "info", "medium", mistake.sentence, reading)
    is_said = one.head is not None and not one.excerpt.is_rebound(one.head)
    stated = suggested(_spelled(one).rpartition(".")[2]) if is_said else None
    if one.is_right and stated and stated != reading:
        words = (
            f"{_spelled(one)} is called {PARAMETERIZATIONS[stated].meaning} "
            f"and is {PARAMETERIZATIONS[reading].meaning}"
        )
        yield _finding(one.excerpt, find_mistake("KL207"), "note", "medium", words, reading)


def _is_measured(one: Divergence) -> bool:
    """Whether the function in which a KL stands only looks at its shape."""
    step = one.excerpt.step
    value = getattr(step.node, "value", None)
    around = step.function.node or step.function.module.tree
    return isinstance(value, ast.expr) and is_only_measured(value, around)


def _has_unit_log_variance(one: Divergence) -> bool:
    """Whether the prior has the variance e, which nobody chooses."""
    kl = one.found.best.verdict.kl
    return kl is not None and kl.prior_variance is not None and constant_text(kl.prior_variance) == "e"


def _mistaken(one: Divergence, mistake: Mistake) -> Finding:
    """A mistake that is known by name."""
    reading = one.found.best.verdict.parameterization
    words = f"in expectation over the noise, {mistake.sentence}" if one.is_sampled else mistake.sentence
    if one.head:
        words += f", if {_spelled(one)} is {reading.meaning}"
    is_clip = mistake is _CLIPPED  # how far a network goes is not known
    # The expectation of an estimate from a sample has no line of its own.
    line, edit = (None, None) if one.is_sampled else fixed(one.excerpt, one.found.best.corrected)
    return Finding(
        place_of(one.excerpt),
        mistake,
        "warning" if is_clip else "error",
        "medium" if is_clip else "high",
        words,
        expression_of(one.excerpt),
        reading.name,
        lines_at(one.excerpt),
        fix=line,
        edit=edit,
    )


def about_signs(divergences: Sequence[Sequence[Divergence]], sinks: Sequence[Sink]) -> Iterator[Finding]:
    """KL terms that what is minimised takes away; not where it adds another, which is then what is meant."""
    signs: dict[Sink, list[tuple[int, Divergence]]] = {sink: [] for sink in sinks}
    for one in (way for ways in divergences for way in ways):
        sign = weight_sign(one) if one.is_right else 0
        for sink in sinks if sign else ():
            if not (sink.is_certain or one.excerpt.is_local or adds_error(sink, one)):
                continue  # what is called a loss may be maximised, and a function may give minus a KL for it
            if way := slope(sink, one):
                signs[sink].append((sign * way, one))
    added = {place_of(one.excerpt) for found in signs.values() for sign, one in found if sign > 0}
    said: set[Place] = set()
    for sink, found in sorted(signs.items(), key=lambda entry: not entry[0].is_certain):
        if any(sign > 0 for sign, _ in found):
            continue
        for _, one in found:
            place = place_of(one.excerpt)
            if place not in added | said:
                said.add(place)
                yield _taken_away(one, "high" if sink.is_certain else "medium")


def _taken_away(one: Divergence, confidence: Confidence) -> Finding:
    mistake = find_mistake("KL204")
    reading = one.found.best.verdict.parameterization.name
    words = mistake.sentence if one.sign > 0 else "the loss adds minus the KL"
    return _finding(one.excerpt, mistake, "error", confidence, words, reading)


def about_pair(found: Pair) -> Iterator[Finding]:
    """What is wrong with a sample that belongs to a KL."""
    if found.sample.sampling.mistake:
        yield _badly_drawn(found.sample)
    elif found.relation != "agree":
        yield _disagreement(found)


def about_sample(one: Sample) -> Iterator[Finding]:
    """What is wrong with a sample whose KL is not known: noise that is not normal, ``0.5 * exp(logvar)``.

    What is no function of a head, and is not called one, may be anything that is drawn at random.
    """
    sampling = one.sampling
    mean, head = (one.excerpt.spelled(name).rpartition(".")[2] for name in (one.mean, one.head))
    is_head = sampling.parameterization not in (None, "std") or suggested(head) is not None
    read = sampling.parameterization, suggested(head)
    is_outside = read == ("logstd", "logvar") and sampling.factor == Fraction(1, 2)
    if sampling.mistake and (sampling.noise in UNIT_NOISE[1:] or is_outside) and is_head and is_mean(mean):
        yield _badly_drawn(one)


def about_swap(call: ast.Call, module: Module) -> Finding:
    """A call of a library with prior and posterior in the wrong order."""
    mistake = find_mistake("KL115")
    place = span(call, module)
    return Finding(
        place,
        mistake,
        "warning",
        "medium",
        mistake.sentence,
        segment(call, module),
        None,
        tuple(lines_of(module)[place.line - 1 : place.end_line]),
        fix=ast.unparse(_exchanged(call)),
    )


def _exchanged(call: ast.Call) -> ast.Call:
    """A call with the two distributions in the other order."""
    match call:
        case ast.Call(func=ast.Attribute(value=q, attr=name, ctx=context), args=[p]):
            return ast.Call(ast.Attribute(p, name, context), [q], call.keywords)
        case ast.Call(func=func, args=[q, p, *others]):
            return ast.Call(func, [p, q, *others], call.keywords)
    return call


def _badly_drawn(one: Sample) -> Finding:
    mistake = one.sampling.mistake
    assert mistake is not None
    severity: Severity = "info" if mistake is _CLIPPED else "warning"
    return _finding(one.excerpt, mistake, severity, "medium", mistake.sentence, one.sampling.parameterization)


def _disagreement(found: Pair) -> Finding:
    """A sample that reads the head in another way than the KL."""
    one, drawn = found.divergence, found.sample
    reading = one.found.best.verdict.parameterization
    other = PARAMETERIZATIONS.get(str(drawn.sampling.parameterization))
    here, there = place_of(drawn.excerpt), place_of(one.excerpt)
    where = there.seen_from(here)
    name = _spelled(one)
    said = f"the KL in {where} reads {name} as {reading.meaning}"
    if found.relation == "crossed":
        words = f"{said}, and this sample takes it for its mean"
    elif other:
        words = f"the sample reads {name} as {other.meaning}, the KL in {where} as {reading.meaning}"
    else:
        words = f"{said}, and the sample scales its noise otherwise"
    return Finding(
        here,
        find_mistake("KL201"),
        "warning",
        "medium",
        words,
        expression_of(drawn.excerpt),
        other.name if other else None,
        lines_at(drawn.excerpt),
        Related(there, "the KL", lines_at(one.excerpt)),
    )


def _spelled(one: Divergence) -> str:
    """The name of a head as it is written in the source."""
    return one.excerpt.spelled(str(one.head))


def _finding(
    excerpt: Excerpt,
    mistake: Mistake,
    severity: Severity,
    confidence: Confidence,
    words: str,
    reading: str | None,
) -> Finding:
    return Finding(
        place_of(excerpt),
        mistake,
        severity,
        confidence,
        words,
        expression_of(excerpt),
        reading,
        lines_at(excerpt),
    )

"""What is wrong in a run, or worth knowing, with the codes of lint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.formula.numeral import significant
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol
from klcli.formula.write.printing import to_text
from klcli.judge.gradient_flow import NO_GRADIENT
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.verification import Verification
from klcli.lint.findings.types import Severity
from klcli.trace.added_numbers import added_numbers
from klcli.trace.anatomy import Anatomy
from klcli.trace.exchanged_names import exchanged_names
from klcli.trace.fixes import corrected, fix_at
from klcli.trace.held_posteriors import held_posteriors
from klcli.trace.held_sides import is_trained_besides, never_trained
from klcli.trace.kls_as_numbers import kls_as_numbers, unused_kls
from klcli.trace.loss_part import Part
from klcli.trace.recording import Place, Recording
from klcli.trace.samplers import Sample
from klcli.trace.stopped_samples import stopped_samples
from klcli.trace.summands import parts_of
from klcli.trace.terms import Term
from klcli.trace.unmasked_kls import unmasked_kls
from klcli.values import dataclass

_READ_OTHERWISE = find_mistake("KL201")
_EXCHANGED = find_mistake("KL209")
"""The sample reads the head otherwise than the KL."""
_STOPPED = find_mistake("KL134")
_UNMASKED = find_mistake("KL133")
_UNUSED = find_mistake("KL205")


@dataclass(frozen=True, slots=True)
class TraceFinding:
    """Something wrong, or worth knowing.

    Attributes:
        mistake: what, with its code.
        severity: whether it makes a check fail; a note does not.
        place: where.
        message: in words.
        related: the other place, of two that disagree.
        term: the term that it is about.
        fix: the line as it should be, or the formula, where that is known.
    """

    mistake: Mistake
    severity: Severity
    place: Place | None
    message: str
    related: Place | None = None
    term: Term | None = None
    fix: str | None = None


def findings_of(
    recording: Recording, anatomies: Sequence[Anatomy], samples: Sequence[Sample]
) -> tuple[TraceFinding, ...]:
    """All findings of a run, each once.

    Args:
        recording: the run.
        anatomies: its losses.
        samples: of their posteriors.
    """
    found: dict[tuple[object, ...], TraceFinding] = {}
    numbers = [number for one in anatomies for number in added_numbers(recording, one.loss.node)]
    read = list(unused_kls(recording, anatomies, recording.read)) if numbers else []
    alive = [index for index in recording.others if recording.steps[index].size == 1]
    living = list(unused_kls(recording, anatomies, alive)) if numbers else []
    added = list(kls_as_numbers(recording, anatomies, numbers, [*read, *living]))
    as_numbers = [TraceFinding(_STOPPED, "warning", at, text, of[-1]) for at, text, of in added]
    read = read if any(one.is_plain for one in numbers) else []
    named = {place for *_, of in added for place in of}
    everything = [
        *(one for anatomy in anatomies for term in anatomy.terms for one in _of_term(term, anatomy.terms)),
        *(
            TraceFinding(_UNMASKED, severity, term.place, text, term=term)
            for anatomy in anatomies
            for term, text, severity in unmasked_kls(recording, anatomy.terms)
        ),
        *(_of_held(*pair) for anatomy in anatomies for pair in never_trained(anatomy.terms)),
        *(_of_held(*pair) for pair in held_posteriors(recording, anatomies)),
        *(
            TraceFinding(_EXCHANGED, "warning", term.place, text, term=term)
            for anatomy in anatomies
            for term, text in exchanged_names(recording, anatomy.terms, samples)
        ),
        *(one for sample in samples for one in _of_sample(sample)),
        *(
            TraceFinding(_STOPPED, "warning", place, text, term.place, term)
            for anatomy in anatomies
            for term, place, text in stopped_samples(recording, anatomy)
        ),
        *as_numbers,
        *(one for one in _unused(recording, anatomies, read) if one.place not in named),
    ]
    for one in everything:
        found.setdefault((one.mistake.code, one.place), one)
    return tuple(found.values())


def _of_term(term: Term, terms: Sequence[Term]) -> Iterator[TraceFinding]:
    if term.kind == "estimator" and NO_GRADIENT in term.conditions and not is_trained_besides(term, terms):
        yield TraceFinding(_STOPPED, "warning", term.place, NO_GRADIENT.text, term=term)
    if term.kind != "kl" and not (term.unknown and term.unknown.mistake) and not term.is_of_tables:
        return
    mistake = term.kernel.mistake if term.kernel else term.unknown.mistake if term.unknown else None
    if mistake or term.verdict == "wrong":
        named = mistake or find_mistake("KL100")
        # To lint a file with many formulas of matrices takes minutes.
        at = None if term.part.matrices else fix_at(term.place, named)
        fix = at or corrected(_verification(term), term.part.builder.spellings)
        yield TraceFinding(named, "error", term.place, _message(named, term), term=term, fix=fix)
    is_value = NO_GRADIENT in term.conditions and is_trained_besides(term, terms)
    if term.part.is_taken_away and not is_value:
        taken = find_mistake("KL204")
        yield TraceFinding(taken, "warning", term.place, taken.sentence, term=term)
    yield from _of_gradient(term, terms)
    if (
        term.amount
        and term.amount.is_mean_of_entries
        and term.amount.entries > 1
        and not term.is_sum_by_weight
    ):
        mean = find_mistake("KL206")
        count = significant(term.amount.entries)
        message = f"{mean.sentence}: effective beta 1/{count} of the sum"
        if term.is_of_tables:
            message = f"it is averaged over the {count} probabilities of an example, too: 1/{count} of the KL"
        yield TraceFinding(mean, "note", term.place, message, term=term)


def _of_gradient(term: Term, terms: Sequence[Term]) -> Iterator[TraceFinding]:
    """A gradient that is not that of the value: stopped, as the program says, or as autograd's numbers do."""
    if term.kernel is None:
        return
    off = [one for one in term.slopes if not one.agrees]
    numbers = f"; {off[0].text}" if off else ""
    for one in term.kernel.verification.conditions:
        is_some = one.kind == "gradient" and not one.passes and not term.kernel.flow.held
        is_whole = one.kind == "no-gradient" and not is_trained_besides(term, terms)
        if is_some or is_whole:
            yield TraceFinding(_STOPPED, "warning", term.place, one.text + numbers, term=term)
            return
    if off and term.agreement and term.agreement.agrees:
        text = f"the value is that of the KL, the gradient of {' and '.join(one.name for one in off)} is not"
        yield TraceFinding(_STOPPED, "warning", term.place, text + numbers, term=term)


def _of_held(term: Term, text: str) -> TraceFinding:
    return TraceFinding(_STOPPED, "warning", term.place, text, term=term)


def _message(mistake: Mistake, term: Term) -> str:
    verification = _verification(term)
    if term.kind != "kl" and term.unknown:
        return term.unknown.what
    if term.part.matrices and term.kernel and not term.kernel.mistake:
        return ", ".join(term.part.matrices.slips) or "it has the terms of a KL, and is no multiple of one"
    if verification is None:
        return mistake.sentence
    return f"{mistake.sentence}, for {verification.best.verdict.parameterization.meaning}"


def _verification(term: Term) -> Verification | None:
    """The judge's answer that says what is wrong with a term."""
    if term.kernel:
        return term.kernel.mistaken or term.kernel.verification
    return term.unknown.verification if term.unknown else None


def _of_sample(sample: Sample) -> Iterator[TraceFinding]:
    mistake = sample.sampling.mistake
    if mistake is None:
        return
    term = sample.term
    message = mistake.sentence
    kernel = term.kernel
    if mistake is _READ_OTHERWISE and kernel:
        role = kernel.verification.best.verdict.roles
        held = kernel.verification.best.verdict.parameterization.meaning
        drawn = _meaning(sample.sampling.parameterization or "something else")
        head = term.part.builder.spellings.get(role.head or "", role.head)
        message = sample.difference or f"the sample reads {head} as {drawn}, the KL as {held}"
    if sample.difference:  # beside a KL of independent latents that may be what is wrong
        fix = _drawn_rightly(term) if term.part.matrices else None
    else:
        fix = fix_at(sample.place, mistake) or _drawn_rightly(term)
    yield TraceFinding(mistake, "warning", sample.place, message, term.place, term, fix)


def _drawn_rightly(term: Term) -> str | None:
    """The sample of the posterior that a KL is about, by its names in the run."""
    found = _verification(term)
    role = found.best.verdict.roles if found else None
    if found is None or role is None or not role.mean or not role.head:
        return None
    spelled = term.part.builder.spellings
    mean, head = (spelled.get(name, name) for name in (role.mean, role.head))
    if term.part.matrices:
        factor = {"cholesky": head, "covariance": f"torch.linalg.cholesky({head})"}
        own = factor.get(found.best.verdict.parameterization.name)
        return f"{mean} + ({own} @ randn_like({mean})[..., None])[..., 0]" if own else None
    try:
        sigma = substitute(found.best.verdict.parameterization.sigma, {"s": Symbol(head)})
    except ValueError:  # a word of the language of formulas
        return None
    return f"{mean} + {to_text(sigma, 'python')} * randn_like({mean})"


def _meaning(name: str) -> str:
    from klcli.gaussian.parameterization import PARAMETERIZATIONS

    return PARAMETERIZATIONS[name].meaning if name in PARAMETERIZATIONS else name


def _unused(
    recording: Recording, anatomies: Sequence[Anatomy], read: Sequence[Part]
) -> Iterator[TraceFinding]:
    """KLs that were alive, or read, when a loss without any was trained, and that no loss is made of."""
    if not anatomies or any(term.kind == "kl" for one in anatomies for term in one.terms):
        return
    used = {node for one in anatomies for node in recording.leading_to(one.loss.node)}
    for index in recording.others:
        step = recording.steps[index]
        inner = {node for node in recording.leading_to(index) if not recording.steps[node].is_leaf}
        if step.size != 1 or not step.grad or inner & used:
            continue
        parts = parts_of(recording, index)
        if len(parts) == 1 and parts[0].kernel and not parts[0].builder.noises:
            yield TraceFinding(_UNUSED, "warning", step.place, "a KL is computed, and no loss is made of it")
    text = "a KL is computed, its number is read, and no loss is made of it"
    for part in (one for one in read if one.kernel):
        yield TraceFinding(_UNUSED, "warning", recording.steps[part.chain.above[0][0]].place, text)

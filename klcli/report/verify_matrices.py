"""What `klcli verify` says about a formula of full covariance matrices."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.editing import in_habit
from klcli.formula.numeral import decimal_text, significant
from klcli.judge.matrix.counterexample import Plain
from klcli.judge.matrix.fitting import DIGITS, pairs
from klcli.judge.matrix.readings import READINGS
from klcli.judge.matrix.verdict import MatrixCandidate, MatrixVerdict
from klcli.judge.matrix.verification import MatrixVerification
from klcli.judge.mistakes import Mistake
from klcli.judge.verdict import STANDARD
from klcli.report.document import Block, Document, Fact, Facts, Item, Note, Paragraph
from klcli.report.matrix_identity import (
    condition_text,
    gaussian_text,
    kl_text,
    multiple_text,
    scale_text,
    shift_text,
    spherical_text,
    symbol_text,
    terms_text,
)
from klcli.report.report import Report
from klcli.report.verify_data import (
    SCHEMA,
    CounterexampleData,
    MistakeData,
    PriorData,
    ReadingData,
    SamplerData,
    VerifyData,
    notation_of,
    row_of,
)

__all__ = ["matrix_report"]


def matrix_report(found: MatrixVerification, *, allow_scale: bool) -> Report:
    """The report on one formula of matrices.

    Args:
        found: what it is.
        allow_scale: whether a multiple of the KL passes.
    """
    data = _data(found)
    sampled = found.sampling.mistake if found.sampling else None
    sentence = _sentence(found)
    if sampled:
        sentence += f"; but {sampled.code}: {sampled.sentence}"
    right = ("exact", "scaled") if allow_scale else ("exact",)
    return Report(
        data=data,
        rows=[row_of(data)],
        document=Document(sentence, tuple(_blocks(found))),
        bare=_bare(found),
        holds=found.best.kind in right and not sampled,
    )


def _bare(found: MatrixVerification) -> str:
    best = found.best
    sampled = found.sampling.mistake.code if found.sampling and found.sampling.mistake else ""
    named = best.verdict.reading if best.verdict.fit or best.mistake else ""
    parts = (best.kind, named, best.mistake.code if best.mistake else "", sampled)
    return " ".join(part for part in parts if part)


def _sentence(found: MatrixVerification) -> str:
    best, verdict = found.best, found.best.verdict
    mistake = f"{best.mistake.code} " if best.mistake else ""
    match best.kind:
        case "not-kl":
            return "not-kl: it lacks the ingredients of a KL, the logarithm of a determinant"
        case "wrong" if best.mistake:
            other = f"; it is {multiple_text(found, verdict)}" if verdict.fit else ""
            return f"wrong: {mistake}{best.mistake.sentence}, {condition_text(found)}{other}"
        case "wrong":
            right = any(one.kind in ("exact", "scaled") for one in found.candidates)
            demanded = (
                condition_text(found).replace("if ", "when ", 1) if right else "whatever its matrices mean"
            )
            return f"wrong: it is no multiple of a KL, {demanded}"
        case "exact":
            return f"exact: {kl_text(found, verdict)}, in nats, {condition_text(found)}"
    named = mistake if best.kind == "reversed" else ""
    prior = verdict.prior
    asked = f", not N({prior.mean}, {spherical_text(prior.variance)})"
    stated = asked if best.kind == "other-prior" and prior != STANDARD else ""
    return f"{best.kind}: {named}{multiple_text(found, verdict)}{stated}, in nats, {condition_text(found)}"


def _blocks(found: MatrixVerification) -> Iterator[Block]:
    best = found.best
    if best.corrected:
        lines = best.corrected.split("\n")
        if len(lines) == 1:
            yield Paragraph(f"corrected: {lines[0]}", "good")
        else:
            yield Item("corrected", tuple(Paragraph(line, "good") for line in lines))
    if facts := tuple(_facts(found)):
        yield Facts(facts)
    yield from (Note("warning", warning) for warning in found.warnings)


def _facts(found: MatrixVerification) -> Iterator[Fact]:
    best, verdict, point = found.best, found.best.verdict, found.counterexample
    if best.mistake and best.kind == "scaled":
        yield Fact("mistake", f"{best.mistake.code} {best.mistake.sentence}", tone="bad")
    if best.mistake:
        yield Fact("page", f"klcli explain {best.mistake.code}")
    yield from _meanings(found)
    if found.terms:
        yield Fact("terms", terms_text(found, found.terms))
    if point:
        where = ", ".join(f"{name} = {_plain_text(value)}" for name, value in point.values.items())
        value = "no value" if point.found is None else significant(point.found)
        yield Fact("counter-example", f"{where}: the KL is {significant(point.expected)}, this {value}")
    if verdict.fit:
        tried = pairs(found.program.text)
        sizes = ", ".join(map(str, sorted({len(pair["q"].mean) for pair in tried})))
        count = len(tried)
        yield Fact(
            "checked", f"holds to {DIGITS} digits on {count} random positive definite pairs of sizes {sizes}"
        )
    for candidate in found.candidates[1:]:
        if candidate.kind in ("exact", "scaled", "other-prior", "reversed") and candidate.verdict.fit:
            head = candidate.verdict.way.head("q")
            assert head
            label = f"if {symbol_text(found, head.name)} is {READINGS[head.reading]}"
            yield Fact(label, f"{candidate.kind}: {multiple_text(found, candidate.verdict)}")
    yield from _sampler(found)
    yield from (Fact(label, text) for label, text in _set_aside(found))


def _set_aside(found: MatrixVerification) -> Iterator[tuple[str, str]]:
    """What was left out of the judgement."""
    for jitter in found.jitter:
        yield "jitter", f"{in_habit(found.program, jitter)} is ignored"
    for name in found.aside.others:
        yield "other term", f"{name} is added; it is ignored"
    for name in found.best.verdict.way.dimensions:
        yield "dimensions", f"{name} is taken for the number of dimensions"


def _meanings(found: MatrixVerification) -> Iterator[Fact]:
    best, kl = found.best, found.best.verdict.fit
    if kl is None or best.kind == "wrong":
        return
    if (scale := scale_text(found, best.verdict)) != "1":
        yield Fact("scale", f"{scale}; --allow-scale accepts it")
    if (shift := shift_text(best.verdict)) != "0":
        yield Fact("shift", f"{shift}: a constant changes no gradient")


def _sampler(found: MatrixVerification) -> Iterator[Fact]:
    sampling = found.sampling
    if sampling is None:
        return
    head = found.best.verdict.way.head("q")
    assert head
    name = sampling.parameterization
    words = next((text for reading, text in READINGS.items() if reading == name), None)
    reads = f"reads {symbol_text(found, head.name)} as {words}" if words else "has no reading of the matrix"
    if sampling.mistake:
        factor = f", times {sampling.factor}" if sampling.factor not in (None, 1) else ""
        text = f"{sampling.mistake.code} {sampling.mistake.sentence}; the line {reads}{factor}"
        yield Fact("sampler", text, tone="bad")
    elif sampling.status == "agrees":
        yield Fact("sampler", f"agrees: it {reads}, with standard normal noise", tone="good")
    else:
        yield Fact("sampler", f"it {reads}; the formula has no KL to compare it with")


def _plain_text(value: Plain) -> str:
    """``[[2, 0.5], [0.5, 1]]``."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain_text, value))}]"
    return decimal_text(value)


def _data(found: MatrixVerification) -> VerifyData:
    best, verdict, point = found.best, found.best.verdict, found.counterexample
    reading = _reading(found, best)
    return VerifyData(
        schema=SCHEMA,
        input=found.program.text,
        notation=notation_of(found.program),
        verdict=best.kind,
        parameterization=reading.parameterization if verdict.fit or best.mistake else None,
        prior_parameterization=reading.prior_parameterization,
        scale=reading.scale,
        shift=reading.shift,
        prior=reading.prior,
        direction=reading.direction,
        unit="nats",
        reduction="none",
        symbols=_symbols(verdict),
        mistake=reading.mistake,
        corrected=reading.corrected,
        counterexample=CounterexampleData(point.values, point.expected, point.found) if point else None,
        proof="numeric" if verdict.fit else None,
        conditions=(),
        shapes=None,
        readings=tuple(_reading(found, candidate) for candidate in found.candidates),
        sampler=_sampler_data(found),
        warnings=(*found.warnings, *(f"{label}: {text}" for label, text in _set_aside(found))),
    )


def _symbols(verdict: MatrixVerdict) -> dict[str, str]:
    way = verdict.way
    q, p = way.head("q"), way.head("p")
    named = {
        "mean": way.mean("q"),
        "head": q and q.name,
        "prior_mean": way.mean("p"),
        "prior_head": p and p.name,
    }
    return {name: symbol for name, symbol in named.items() if symbol}


def _reading(found: MatrixVerification, candidate: MatrixCandidate) -> ReadingData:
    verdict = candidate.verdict
    kl, prior_head = verdict.fit, verdict.way.head("p")
    return ReadingData(
        verdict.reading,
        prior_head.reading if prior_head else None,
        candidate.kind,
        scale_text(found, verdict) if kl else None,
        shift_text(verdict) if kl else None,
        PriorData(*gaussian_text(found, verdict, "p")),
        None if kl is None else "reversed" if kl.reverse else "forward",
        _mistake(candidate.mistake),
        candidate.corrected,
    )


def _mistake(mistake: Mistake | None) -> MistakeData | None:
    return MistakeData(mistake.code, mistake.name) if mistake else None


def _sampler_data(found: MatrixVerification) -> SamplerData | None:
    sampling = found.sampling
    if sampling is None:
        return None
    factor = None if sampling.factor is None else str(sampling.factor)
    return SamplerData(
        sampling.status, sampling.parameterization, sampling.noise, factor, _mistake(sampling.mistake)
    )

"""What `klcli verify` says about a formula of full covariance matrices."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.editing import in_habit
from klcli.formula.numeral import decimal_text, significant
from klcli.formula.tree import Symbol, Tree
from klcli.judge.constants import constant_text
from klcli.judge.matrix.counterexample import Plain
from klcli.judge.matrix.fitting import DIGITS, pairs
from klcli.judge.matrix.points import SIZES
from klcli.judge.matrix.rewriting import Setting
from klcli.judge.matrix.verdict import MatrixCandidate, MatrixVerdict
from klcli.judge.matrix.verification import MatrixVerification
from klcli.judge.matrix.ways import READINGS, Head, Side
from klcli.judge.mistakes import Mistake
from klcli.judge.verdict import STANDARD
from klcli.report.document import Block, Document, Fact, Facts, Item, Note, Paragraph
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
            other = f"; it is {_multiple(found, verdict)}" if verdict.fit else ""
            return f"wrong: {mistake}{best.mistake.sentence}, {_condition(found)}{other}"
        case "wrong":
            right = any(one.kind in ("exact", "scaled") for one in found.candidates)
            demanded = _condition(found).replace("if ", "when ", 1) if right else "whatever its matrices mean"
            return f"wrong: it is no multiple of a KL, {demanded}"
        case "exact":
            return f"exact: {_kl_text(found, verdict)}, in nats, {_condition(found)}"
    named = mistake if best.kind == "reversed" else ""
    prior = verdict.prior
    asked = f", not N({prior.mean}, {_spherical(prior.variance)})"
    stated = asked if best.kind == "other-prior" and prior != STANDARD else ""
    return f"{best.kind}: {named}{_multiple(found, verdict)}{stated}, in nats, {_condition(found)}"


def _condition(found: MatrixVerification) -> str:
    """``if and only if S is a covariance matrix``."""
    verdict = found.best.verdict
    alone = sum(candidate.kind == "exact" for candidate in found.candidates) == 1
    words = "if and only if" if found.best.kind == "exact" and alone else "if"
    first, *others = verdict.way.heads if verdict.way.heads[0].side == "q" else verdict.way.heads[::-1]
    parts = [f"{_written(found, first.name)} is {READINGS[first.reading]}"]
    for head in others:
        same = head.reading == first.reading
        parts.append(f"{_written(found, head.name)} is {'one, too' if same else READINGS[head.reading]}")
    return f"{words} {' and '.join(parts)}"


def _written(found: MatrixVerification, name: str) -> str:
    return in_habit(found.program, Symbol(name))


def _covariance(found: MatrixVerification, head: Head) -> str:
    """The covariance in the notation of the formula: ``L @ L.T``."""
    setting = Setting(found.subject.manner, {head.name: "matrix"}, found.best.verdict.way)
    tree: Tree = Symbol(head.name)
    if head.reading != "covariance":
        tree = setting.gram(tree) if head.reading == "cholesky" else setting.inverse(tree)
    return in_habit(found.program, tree)


def _spherical(variance: object) -> str:
    """``I``, ``1/2 I``."""
    written = constant_text(variance)  # type: ignore[arg-type]
    return "I" if written == "1" else f"{written} I" if " " not in written else f"({written}) I"


def _gaussian(found: MatrixVerification, verdict: MatrixVerdict, side: Side) -> tuple[str, str]:
    """The mean and the covariance of one side."""
    way, kl = verdict.way, verdict.fit
    head, mean = way.head(side), way.mean(side)
    if side == "p" and not way.has_prior:
        known = kl is not None and kl.prior_mean is not None and kl.prior_variance is not None
        centre = kl.prior_mean if known and kl else verdict.prior.mean
        variance = kl.prior_variance if known and kl else verdict.prior.variance
        return constant_text(centre or Fraction(0)), _spherical(variance)
    return _written(found, mean) if mean else "0", _covariance(found, head) if head else "I"


def _kl_text(found: MatrixVerification, verdict: MatrixVerdict) -> str:
    q = "N({}, {})".format(*_gaussian(found, verdict, "q"))
    p = "N({}, {})".format(*_gaussian(found, verdict, "p"))
    reverse = verdict.fit is not None and verdict.fit.reverse
    return f"KL({p} || {q})" if reverse else f"KL({q} || {p})"


def _scale(found: MatrixVerification, verdict: MatrixVerdict) -> str:
    """The factor of the KL with the symbols that were set aside: ``1/2``, ``beta/N``."""
    assert verdict.fit
    above = " ".join(found.aside.weights)
    number = constant_text(verdict.fit.scale)
    factor = above if above and number == "1" else f"{number} {above}".strip()
    below = " ".join(found.aside.divisors)
    return f"{factor}/{below if ' ' not in below else f'({below})'}" if below else factor


def _shift(verdict: MatrixVerdict) -> str:
    """The constant: ``1/2 d``, ``-1/4 d + 1``; ``0`` without one."""
    assert verdict.fit
    size, constant = constant_text(verdict.fit.per_dimension), constant_text(verdict.fit.shift)
    size = f"({size})" if " " in size else size
    of_size = {"0": "", "1": "d", "-1": "-d"}.get(size, f"{size} d")
    if constant == "0" or not of_size:
        return of_size or constant
    return f"{of_size} - {constant[1:]}" if constant.startswith("-") else f"{of_size} + {constant}"


def _multiple(found: MatrixVerification, verdict: MatrixVerdict) -> str:
    scale, shift = _scale(found, verdict), _shift(verdict)
    factor = "" if scale == "1" else f"{scale} "
    added = "" if shift == "0" else f" - {shift[1:]}" if shift.startswith("-") else f" + {shift}"
    return f"{factor}{_kl_text(found, verdict)}{added}"


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
    if point:
        where = ", ".join(f"{name} = {_plain_text(value)}" for name, value in point.values.items())
        value = "no value" if point.found is None else significant(point.found)
        yield Fact("counter-example", f"{where}: the KL is {significant(point.expected)}, this {value}")
    if verdict.fit:
        sizes = ", ".join(map(str, sorted(SIZES)))
        count = len(pairs(found.program.text))
        yield Fact(
            "proof", f"holds to {DIGITS} digits on {count} random positive definite pairs of sizes {sizes}"
        )
    for candidate in found.candidates[1:]:
        if candidate.kind in ("exact", "scaled", "other-prior", "reversed") and candidate.verdict.fit:
            head = candidate.verdict.way.head("q")
            assert head
            label = f"if {_written(found, head.name)} is {READINGS[head.reading]}"
            yield Fact(label, f"{candidate.kind}: {_multiple(found, candidate.verdict)}")
    yield from _sampler(found)
    for name in found.aside.others:
        yield Fact("other term", f"{name} is added; it is ignored")
    for name in verdict.way.dimensions:
        yield Fact("dimensions", f"{name} is taken for the number of dimensions")


def _meanings(found: MatrixVerification) -> Iterator[Fact]:
    best, kl = found.best, found.best.verdict.fit
    if kl is None or best.kind == "wrong":
        return
    if (scale := _scale(found, best.verdict)) != "1":
        yield Fact("scale", f"{scale}; --allow-scale accepts it")
    if (shift := _shift(best.verdict)) != "0":
        yield Fact("shift", f"{shift}: a constant changes no gradient")


def _sampler(found: MatrixVerification) -> Iterator[Fact]:
    sampling = found.sampling
    if sampling is None:
        return
    head = found.best.verdict.way.head("q")
    assert head
    name = sampling.parameterization
    words = next((text for reading, text in READINGS.items() if reading == name), None)
    reads = f"reads {_written(found, head.name)} as {words}" if words else "has no reading of the matrix"
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
    ignored = [f"other term: {name} is added; it is ignored" for name in found.aside.others]
    ignored += [
        f"dimensions: {name} is taken for the number of dimensions" for name in verdict.way.dimensions
    ]
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
        readings=tuple(_reading(found, candidate) for candidate in found.candidates),
        sampler=_sampler_data(found),
        warnings=(*found.warnings, *ignored),
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
        _scale(found, verdict) if kl else None,
        _shift(verdict) if kl else None,
        PriorData(*_gaussian(found, verdict, "p")),
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

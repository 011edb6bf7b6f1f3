"""What `klcli verify` says: which KL a formula is, what is wrong with it, how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction

from klcli.errors import KlcliError
from klcli.formula.editing import in_habit
from klcli.formula.numeral import decimal_text, significant
from klcli.formula.program import Program
from klcli.formula.tree import Symbol, substitute
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.candidates import Candidate
from klcli.judge.constants import constant_text, shift_text
from klcli.judge.explanation import shape_words
from klcli.judge.identification import PROBES, compared_digits
from klcli.judge.mistakes import Mistake
from klcli.judge.pairs import PAIR_PROBES
from klcli.judge.preparation import Prepared
from klcli.judge.sampler import Sampling
from klcli.judge.shape import Minimum
from klcli.judge.verdict import STANDARD, Verdict
from klcli.judge.verification import Verification
from klcli.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Item,
    Note,
    Paragraph,
    Table,
    Tone,
)
from klcli.report.report import Report

__all__ = ["SCHEMA", "Answer", "verify_many_report", "verify_report"]

SCHEMA = "klcli.verify/1"

_TONES: Mapping[str, Tone] = {"exact": "good", "scaled": "strong", "wrong": "bad", "not-kl": "bad"}


@dataclass(frozen=True, slots=True)
class MistakeData:
    """A mistake by its code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PriorData:
    """The prior of the KL that a formula is: numbers or the formula's own symbols."""

    mean: str
    variance: str


@dataclass(frozen=True, slots=True)
class ReadingData:
    """The verdict under one reading."""

    parameterization: str
    prior_parameterization: str | None
    verdict: str
    scale: str | None
    shift: str | None
    prior: PriorData
    direction: str | None
    mistake: MistakeData | None
    corrected: str | None


@dataclass(frozen=True, slots=True)
class CounterexampleData:
    """A point at which a formula is not the KL."""

    point: Mapping[str, Fraction]
    expected: float
    found: float | None


@dataclass(frozen=True, slots=True)
class SamplerData:
    """What the sampling line was found to be."""

    status: str
    parameterization: str | None
    noise: str
    factor: str | None
    mistake: MistakeData | None


@dataclass(frozen=True, slots=True)
class VerifyData:
    """The data of `klcli verify`; the field names are the keys of its JSON."""

    schema: str
    input: str
    notation: str
    verdict: str
    parameterization: str | None
    prior_parameterization: str | None
    scale: str | None
    shift: str | None
    prior: PriorData
    direction: str | None
    unit: str
    reduction: str
    symbols: Mapping[str, str]
    mistake: MistakeData | None
    corrected: str | None
    counterexample: CounterexampleData | None
    proof: str | None
    readings: tuple[ReadingData, ...]
    sampler: SamplerData | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one formula of a file: a verification with its proof, or an error.

    Attributes:
        line: its number in the file.
        text: the formula.
        verification: None where the formula could not be read.
        proved: whether the verdict was proved by algebra; None where that was not tried.
        error: why the formula could not be read.
    """

    line: int
    text: str
    verification: Verification | None
    proved: bool | None = None
    error: KlcliError | None = None


def verify_report(found: Verification, *, proved: bool | None, allow_scale: bool) -> Report:
    """The report on one formula.

    Args:
        found: what it is.
        proved: whether that was proved by algebra; None where it was not tried.
        allow_scale: whether a multiple of the KL passes.
    """
    data = _data(found, proved)
    return Report(
        data=data,
        rows=[_row(data)],
        document=Document(_sentence(found), tuple(_blocks(found, data, proved))),
        bare=_bare(found),
        holds=_holds(found, allow_scale),
    )


def verify_many_report(answers: Sequence[Answer], *, allow_scale: bool) -> Report:
    """The report on the formulas of a file: one result each, and a summary."""
    results: list[object] = []
    rows: list[Mapping[str, object]] = []
    counts: Counter[str] = Counter()
    for answer in answers:
        if answer.verification:
            data = _data(answer.verification, answer.proved)
            results.append(
                {"line": answer.line} | {field.name: getattr(data, field.name) for field in fields(data)}
            )
            rows.append({"line": answer.line, **_row(data)})
            counts[data.verdict] += 1
        else:
            message = answer.error.message if answer.error else ""
            unread = {"input": answer.text, "verdict": "unreadable", "error": message.split("\n")[0]}
            results.append({"line": answer.line, "schema": SCHEMA, **unread})
            rows.append({"line": answer.line, **unread})
            counts["unreadable"] += 1
    held = [bool(entry.verification and _holds(entry.verification, allow_scale)) for entry in answers]
    summary = {"formulas": len(answers), "holds": sum(held), **counts}
    words = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    tone: Tone = "good" if all(held) else "bad"
    return Report(
        data={"schema": SCHEMA, "results": results, "summary": summary, "warnings": ()},
        rows=rows,
        document=Document(
            f"{len(answers)} formula{'s' * (len(answers) != 1)}: {words}",
            (_table(answers), Paragraph(f"{sum(held)} of {len(answers)} hold", tone)),
        ),
        bare="\n".join(
            _bare(entry.verification) if entry.verification else "unreadable" for entry in answers
        ),
        holds=all(held),
        readable=all(entry.verification for entry in answers),
    )


def _holds(found: Verification, allow_scale: bool) -> bool:
    right = ("exact", "scaled") if allow_scale else ("exact",)
    sampled = found.sampling is None or found.sampling.mistake is None
    return found.best.kind in right and sampled


def _bare(found: Verification) -> str:
    best = found.best
    name = best.verdict.parameterization.name if best.verdict.kl or best.mistake else ""
    sampled = found.sampling.mistake.code if found.sampling and found.sampling.mistake else ""
    parts = (best.kind, name, best.mistake.code if best.mistake else "", sampled)
    return " ".join(part for part in parts if part)


def _notation(program: Program) -> str:
    if program.language == "python":
        return "python"
    if "\\" in program.text:
        return "latex"
    return "ascii" if program.text.isascii() else "unicode"


def _data(found: Verification, proved: bool | None) -> VerifyData:
    best, prepared = found.best, found.prepared
    verdict, point = best.verdict, found.counterexample
    reading = _reading(found, best)
    return VerifyData(
        schema=SCHEMA,
        input=found.program.text,
        notation=_notation(found.program),
        verdict=best.kind,
        parameterization=reading.parameterization if verdict.kl or best.mistake else None,
        prior_parameterization=reading.prior_parameterization,
        scale=reading.scale,
        shift=reading.shift,
        prior=reading.prior,
        direction=reading.direction,
        unit="nats",
        reduction=prepared.reduction,
        symbols=_symbols(verdict),
        mistake=reading.mistake,
        corrected=reading.corrected,
        counterexample=CounterexampleData(point.values, point.expected, point.found) if point else None,
        proof=None if not verdict.kl else "symbolic" if proved else "numeric",
        readings=tuple(_reading(found, candidate) for candidate in found.candidates),
        sampler=_sampler_data(found.sampling) if found.sampling else None,
        warnings=(*found.warnings, *(f"{label}: {text}" for label, text in _set_aside(found))),
    )


def _sampler_data(sampling: Sampling) -> SamplerData:
    factor = None if sampling.factor is None else str(sampling.factor)
    mistake = _mistake(sampling.mistake)
    return SamplerData(sampling.status, sampling.parameterization, sampling.noise, factor, mistake)


def _symbols(verdict: Verdict) -> dict[str, str]:
    role = verdict.roles
    named = {
        "mean": role.mean,
        "head": role.head,
        "prior_mean": role.prior_mean,
        "prior_head": role.prior_head,
    }
    return {name: symbol for name, symbol in named.items() if symbol}


def _reading(found: Verification, candidate: Candidate) -> ReadingData:
    verdict = candidate.verdict
    kl, prior_reading = verdict.kl, verdict.prior_parameterization
    return ReadingData(
        verdict.parameterization.name,
        prior_reading.name if prior_reading and verdict.roles.prior_head else None,
        candidate.kind,
        _scale(verdict, found.prepared) if kl else None,
        constant_text(kl.shift) if kl else None,
        PriorData(*_prior(found.program, verdict)),
        None if kl is None else "reversed" if verdict.kind == "reversed" else "forward",
        _mistake(candidate.mistake),
        candidate.corrected,
    )


def _mistake(mistake: Mistake | None) -> MistakeData | None:
    return MistakeData(mistake.code, mistake.name) if mistake else None


def _row(data: VerifyData) -> dict[str, object]:
    return {
        "input": data.input,
        "verdict": data.verdict,
        "parameterization": data.parameterization,
        "scale": data.scale,
        "shift": data.shift,
        "prior_mean": data.prior.mean,
        "prior_variance": data.prior.variance,
        "direction": data.direction,
        "reduction": data.reduction,
        "mistake": data.mistake and data.mistake.code,
        "corrected": data.corrected,
        "proof": data.proof,
        "sampler": data.sampler and data.sampler.status,
        "sampler_mistake": data.sampler and data.sampler.mistake and data.sampler.mistake.code,
    }


def _scale(verdict: Verdict, prepared: Prepared) -> str:
    """The factor of the KL with what was set aside: ``1/2``, ``beta/batch_size``, ``1/d``."""
    assert verdict.kl
    scale = verdict.kl.scale
    above = " ".join(prepared.weights)
    below = " ".join([*prepared.divisors, *(["d"] if prepared.reduction == "mean" else [])])
    number = constant_text(scale)
    factor = above if above and scale == 1 else f"{number} {above}".strip()
    if not below:
        return factor
    plain = " " not in factor and "/" not in factor
    return f"{factor if plain else f'({factor})'}/{below if ' ' not in below else f'({below})'}"


def _prior(program: Program, verdict: Verdict) -> tuple[str, str]:
    """The mean and the variance of the prior."""
    role, kl = verdict.roles, verdict.kl
    if role.has_prior:
        return _symbol(program, role.prior_mean), _variance(
            program, role.prior_head, verdict.prior_parameterization
        )
    if kl is None or kl.prior_mean is None or kl.prior_variance is None:
        return constant_text(verdict.prior.mean), constant_text(verdict.prior.variance)
    return constant_text(kl.prior_mean), constant_text(kl.prior_variance)


def _variance(program: Program, head: str | None, reading: Parameterization | None) -> str:
    """The variance in the notation of the formula: ``exp(logvar)``."""
    if head is None or reading is None:
        return "1"
    return in_habit(program, substitute(reading.variance, {"s": Symbol(head)}))


def _symbol(program: Program, name: str | None) -> str:
    """A mean in the notation of the formula; 0 for one that does not occur."""
    return in_habit(program, Symbol(name)) if name else "0"


def _kl_text(program: Program, verdict: Verdict) -> str:
    """``KL(N(mu, exp(logvar)) || N(0, 1))``."""
    role = verdict.roles
    q = f"N({_symbol(program, role.mean)}, {_variance(program, role.head, verdict.parameterization)})"
    p = "N({}, {})".format(*_prior(program, verdict))
    return f"KL({p} || {q})" if verdict.kind == "reversed" else f"KL({q} || {p})"


def _multiple(found: Verification, verdict: Verdict) -> str:
    """The KL with its factor and its constant: ``1/2 KL(...) + 1/2``."""
    assert verdict.kl
    scale = _scale(verdict, found.prepared)
    factor = "" if scale == "1" else f"{scale} "
    return f"{factor}{_kl_text(found.program, verdict)}{shift_text(verdict.kl.shift)}"


def _condition(found: Verification) -> str:
    """``if and only if logvar is a log-variance``."""
    verdict = found.best.verdict
    alone = sum(candidate.kind == "exact" for candidate in found.candidates) == 1
    words = "if and only if" if found.best.kind == "exact" and alone else "if"
    heads = f"{verdict.roles.head} is {verdict.parameterization.meaning}"
    prior = verdict.prior_parameterization
    if prior and verdict.roles.prior_head:
        same = prior is verdict.parameterization
        heads += f" and {verdict.roles.prior_head} is {'one, too' if same else prior.meaning}"
    return f"{words} {heads}"


def _sentence(found: Verification) -> str:
    """The answer in one line, with what is wrong with the sampling line."""
    sampled = found.sampling.mistake if found.sampling else None
    return f"{_answer(found)}; but {sampled.code}: {sampled.sentence}" if sampled else _answer(found)


def _answer(found: Verification) -> str:
    best, verdict = found.best, found.best.verdict
    if best.kind == "not-kl":
        return "not-kl: it lacks the ingredients of a KL, a logarithm or an exponential of a head"
    if best.kind == "wrong" and best.mistake:
        what = f"{best.mistake.code} {best.mistake.sentence}"
        consequence = _consequence(found)
        return f"wrong: {what}, {_condition(found)}{f'; {consequence}' if consequence else ''}"
    if best.kind == "wrong":
        return f"wrong: it is no multiple of a KL, {_demanded(found)}"
    if best.kind == "exact":
        return f"exact: {_kl_text(found.program, verdict)}, in nats, {_condition(found)}"
    mistake = f"{best.mistake.code} " if best.kind == "reversed" and best.mistake else ""
    prior = verdict.prior
    asked = (
        f", not N({prior.mean}, {prior.variance})" if best.kind == "other-prior" and prior != STANDARD else ""
    )
    return f"{best.kind}: {mistake}{_multiple(found, verdict)}{asked}, in nats, {_condition(found)}"


def _demanded(found: Verification) -> str:
    if found.best.kind == "wrong" and any(one.kind in ("exact", "scaled") for one in found.candidates):
        return f"when {found.best.verdict.roles.head} is {found.best.verdict.parameterization.meaning}"
    return "whatever its head means"


def _consequence(found: Verification) -> str:
    """What is optimised instead: another prior with its optimum, or the shape of the formula."""
    verdict = found.best.verdict
    kl = verdict.kl
    if kl and kl.prior_variance is not None and verdict.kind == "other-prior":
        scale = "" if kl.scale == 1 else f"{constant_text(kl.scale)} "
        prior = f"N({constant_text(kl.prior_mean or Fraction(0))}, {constant_text(kl.prior_variance)})"
        constant = " up to a constant" if kl.shift else ""
        return f"it is {scale}KL to {prior}{constant}: {_optimum(found)}"
    if found.lowest is None:
        return ""
    return "it " + "; ".join(shape_words(found.lowest, None))


def _optimum(found: Verification) -> str:
    lowest = found.lowest
    if not isinstance(lowest, Minimum) or lowest.sigma is None:
        return "another optimum"
    moved = [f"mu = {significant(lowest.mu, 4)}, not 0"] if lowest.mu else []
    if lowest.sigma != 1:
        moved.append(f"sigma = {significant(lowest.sigma, 4)}, not 1")
    return f"its optimum is {' and '.join(moved)}" if moved else "its optimum is that of the KL"


def _blocks(found: Verification, data: VerifyData, proved: bool | None) -> Iterator[Block]:
    best = found.best
    if best.corrected:
        lines = best.corrected.split("\n")
        if len(lines) == 1:
            yield Paragraph(f"corrected: {lines[0]}", "good")
        else:
            yield Item("corrected", tuple(Paragraph(line, "good") for line in lines))
    facts = tuple(_facts(found, data, proved))
    if facts:
        yield Facts(facts)
    yield from (Note("warning", warning) for warning in found.warnings)


def _facts(found: Verification, data: VerifyData, proved: bool | None) -> Iterator[Fact]:
    best, verdict = found.best, found.best.verdict
    if best.mistake and best.kind in ("scaled",):
        yield Fact("mistake", f"{best.mistake.code} {best.mistake.sentence}", tone="bad")
    if best.mistake:
        yield Fact("page", f"klcli explain {best.mistake.code}")
    yield from _meanings(found)
    point = found.counterexample
    if point:
        where = ", ".join(f"{name} = {decimal_text(value)}" for name, value in point.values.items())
        if best.kind == "wrong" and not best.mistake:
            where += f", {verdict.roles.head} read as {verdict.parameterization.meaning}"
        value = "no value" if point.found is None else significant(point.found)
        yield Fact("counter-example", f"{where}: the KL is {significant(point.expected)}, this {value}")
    if verdict.kl:
        points = len(PAIR_PROBES if verdict.roles.has_prior else PROBES)
        digits = compared_digits(found.prepared.tree)
        numeric = f"holds to {digits} digits at {points} points"
        yield Fact("proof", "proved by algebra, for all means and heads" if proved else numeric)
    yield from _others(found)
    yield from _sampler(found)
    for label, text in _set_aside(found):
        yield Fact(label, text)
    yield from _numerics(found)


def _meanings(found: Verification) -> Iterator[Fact]:
    """What a factor and a constant do in training."""
    best, prepared, kl = found.best, found.prepared, found.best.verdict.kl
    if kl is None or best.kind == "wrong":
        return
    if _scale(best.verdict, prepared) != "1":
        mean = "; d is the number of latents that the mean runs over" if prepared.reduction == "mean" else ""
        yield Fact("scale", f"{_scale(best.verdict, prepared)}{mean}; --allow-scale accepts it")
    if kl.shift:
        yield Fact("shift", f"{constant_text(kl.shift)}: a constant changes no gradient")
    if prepared.reduction in ("sum", "sum-mean"):
        batch = ", then a mean over the batch" if prepared.reduction == "sum-mean" else ""
        yield Fact("reduction", f"a sum over the latents{batch}")


def _others(found: Verification) -> Iterator[Fact]:
    """The other readings that come into question."""
    for candidate in found.candidates[1:]:
        verdict = candidate.verdict
        held = candidate.kind in ("exact", "scaled", "other-prior", "reversed")
        if not held and not candidate.mistake:
            continue
        what = _multiple(found, verdict) if verdict.kl and held else ""
        mistake = f"{candidate.mistake.code} {candidate.mistake.sentence}" if candidate.mistake else ""
        text = f"{candidate.kind}: {what or mistake}"
        if candidate.corrected and "\n" not in candidate.corrected and not held:
            text += f": {candidate.corrected}"
        yield Fact(f"if {verdict.roles.head} is {verdict.parameterization.meaning}", text)


def _sampler(found: Verification) -> Iterator[Fact]:
    sampling = found.sampling
    if sampling is None:
        return
    row = PARAMETERIZATIONS[sampling.parameterization] if sampling.parameterization else None
    reads = f"reads {found.best.verdict.roles.head} as {row.meaning}" if row else "has no reading of the head"
    if sampling.mistake:
        factor = f", times {sampling.factor}" if sampling.factor not in (None, 1, -1) else ""
        text = f"{sampling.mistake.code} {sampling.mistake.sentence}; the line {reads}{factor}"
        yield Fact("sampler", text, tone="bad")
    elif sampling.status == "agrees":
        yield Fact("sampler", f"agrees: it {reads}, with standard normal noise", tone="good")
    else:
        yield Fact("sampler", f"it {reads}; the formula has no KL to compare it with")


def _set_aside(found: Verification) -> Iterator[tuple[str, str]]:
    """What was left out of the judgement."""
    prepared, program = found.prepared, found.program
    for epsilon in prepared.epsilons:
        yield "epsilon", f"{in_habit(program, epsilon)} inside of a function is ignored"
    for clip in (*prepared.bounds, *prepared.clips):
        if found.best.mistake is None or found.best.mistake.code != "KL118":
            yield (
                "clip",
                f"{in_habit(program, clip)} is ignored; outside of its limits there is no gradient",
            )
    for clip in prepared.floors:
        limit = clip.low if clip.low is not None else clip.high
        yield (
            "clip",
            f"the whole is kept to {decimal_text(limit or Fraction(0))} (free bits): judged without that",
        )
    for name in prepared.others:
        yield "other term", f"{name} is added; it is ignored"
    for name in prepared.dimensions:
        yield "dimensions", f"{name} is taken for the number of dimensions: 1 in each"


def _numerics(found: Verification) -> Iterator[Fact]:
    if found.loss:
        loss = found.loss
        yield Fact(
            "float32",
            f"loses digits near the prior: at mean 0, standard deviation {significant(loss.sigma)} it gives "
            f"{significant(loss.found, 4)} where the KL is {significant(loss.expected, 4)}, "
            f"{significant(100 * loss.error, 2)} % off",
        )
    if found.stable:
        label = "stable" if found.prepared.reduction == "none" else "stable, per latent"
        yield Fact(label, found.stable)
    if found.overflow:
        head = found.best.verdict.roles.head
        sign = "<" if found.overflow.below else ">"
        limits = ", ".join(
            f"{significant(limit, 5)} ({name})" for name, limit in found.overflow.limits.items()
        )
        yield Fact("overflow", f"for {head} {sign} {limits}")


def _table(answers: Sequence[Answer]) -> Table:
    rows = []
    for answer in answers:
        found = answer.verification
        kind = found.best.kind if found else "unreadable"
        if found:
            text = _sentence(found).partition(": ")[2]
            corrected = found.best.corrected
            text += f"; corrected: {corrected}" if corrected and "\n" not in corrected else ""
        else:
            text = answer.error.message.split("\n")[0] if answer.error else ""
        rows.append(
            (Cell(str(answer.line)), Cell(kind, _TONES.get(kind, "bad")), Cell(answer.text), Cell(text))
        )
    return Table(
        (Column("line", numeric=True), Column("verdict"), Column("formula"), Column("")), tuple(rows)
    )

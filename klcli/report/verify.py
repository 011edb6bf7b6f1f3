"""What `klcli verify` says: which KL a formula is, what is wrong with it, how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text, significant
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.acceptance import passes
from klcli.judge.constants import constant_text
from klcli.judge.explanation import shape_words
from klcli.judge.identification import PROBES, compared_digits, own_points
from klcli.judge.naming import condition_text, constant_of, kl_text, multiple_text, scale_text, shapes_text
from klcli.judge.pairs import PAIR_PROBES
from klcli.judge.preparation import Prepared
from klcli.judge.shape import Minimum
from klcli.judge.spaces.estimation import Estimation
from klcli.judge.verdict import STANDARD
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
from klcli.report.verify_data import SCHEMA, VerifyData, data_of, row_of, set_aside

if TYPE_CHECKING:
    from klcli.judge.matrix.verification import MatrixVerification

__all__ = ["Answer", "verify_many_report", "verify_report"]

_TONES: Mapping[str, Tone] = {
    "exact": "good",
    "scaled": "strong",
    "estimator": "strong",
    "wrong": "bad",
    "not-kl": "bad",
}

_DISAGREEMENT = {
    True: "sympy shows what is not proved here; it also cancels divisors that may be zero",
    False: "sympy does not show, within its time, what is proved here",
}
"""Warnings, by whether sympy shows the identity."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one formula of a file: a verification with its proof, or an error.

    Attributes:
        line: its number in the file.
        text: the formula.
        verification: None where the formula could not be read.
        proved: whether the verdict was proved by algebra; None where that was not tried.
        witness: whether sympy shows it, too; None where it was not asked.
        error: why the formula could not be read.
    """

    line: int
    text: str
    verification: Verification | MatrixVerification | Estimation | None
    proved: bool | None = None
    witness: bool | None = None
    error: KlcliError | None = None


def verify_report(
    found: Verification | MatrixVerification | Estimation,
    *,
    proved: bool | None,
    witness: bool | None = None,
    accepted: Collection[str] = (),
) -> Report:
    """The report on one formula.

    Args:
        found: what it is.
        proved: whether that was proved by algebra; None where it was not tried.
        witness: whether sympy shows it, too; None where it was not asked.
        accepted: the words of `klcli.judge.acceptance` that pass besides `exact`.
    """
    if isinstance(found, Estimation):
        from klcli.report.verify_estimators import estimation_report

        return estimation_report(found, accepted=accepted)
    if not isinstance(found, Verification):
        from klcli.report.verify_matrices import matrix_report

        return matrix_report(found, allow_scale="scaled" in accepted)
    if witness is not None and witness != bool(proved):
        found = replace(found, warnings=(*found.warnings, _DISAGREEMENT[witness]))
    data, proof = data_of(found, proved), _proof(found, proved, witness)
    return Report(
        data=data,
        rows=[row_of(data)],
        document=Document(_sentence(found, proved), tuple(_blocks(found, data, proof))),
        bare=_bare(found),
        holds=_holds(found, accepted),
    )


def verify_many_report(answers: Sequence[Answer], *, accepted: Collection[str] = ()) -> Report:
    """The report on the formulas of a file: one result each, and a summary."""
    reports = [_report(answer, accepted) for answer in answers]
    results: list[object] = []
    rows: list[Mapping[str, object]] = []
    counts: Counter[str] = Counter()
    for answer, report in zip(answers, reports, strict=True):
        if report:
            data = report.data
            assert isinstance(data, VerifyData)
            results.append(
                {"line": answer.line} | {field.name: getattr(data, field.name) for field in fields(data)}
            )
            rows.append({"line": answer.line, **row_of(data)})
            counts[data.verdict] += 1
        else:
            message = answer.error.message if answer.error else ""
            unread = {"input": answer.text, "verdict": "unreadable", "error": message.split("\n")[0]}
            results.append({"line": answer.line, "schema": SCHEMA, **unread})
            rows.append({"line": answer.line, **unread})
            counts["unreadable"] += 1
    held = [report is not None and report.holds for report in reports]
    summary = {"formulas": len(answers), "holds": sum(held), **counts}
    words = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    tone: Tone = "good" if all(held) else "bad"
    return Report(
        data={"schema": SCHEMA, "results": results, "summary": summary, "warnings": ()},
        rows=rows,
        document=Document(
            f"{len(answers)} formula{'s' * (len(answers) != 1)}: {words}",
            (_table(answers, reports), Paragraph(f"{sum(held)} of {len(answers)} hold", tone)),
        ),
        bare="\n".join(report.bare if report else "unreadable" for report in reports),
        holds=all(report is None or report.holds for report in reports),
        readable=all(reports),
    )


def _report(answer: Answer, accepted: Collection[str]) -> Report | None:
    """The report on one formula of a file; None for one that could not be read."""
    found = answer.verification
    if found is None:
        return None
    return verify_report(found, proved=answer.proved, witness=answer.witness, accepted=accepted)


def _holds(found: Verification, accepted: Collection[str]) -> bool:
    sampled = found.sampling is None or found.sampling.mistake is None
    return passes(found.best.kind, found.conditions, accepted) and sampled


def _bare(found: Verification) -> str:
    best = found.best
    name = best.verdict.parameterization.name if best.verdict.kl or best.mistake else ""
    sampled = found.sampling.mistake.code if found.sampling and found.sampling.mistake else ""
    parts = (best.kind, name, best.mistake.code if best.mistake else "", sampled)
    return " ".join(part for part in parts if part)


def _sentence(found: Verification, proved: bool | None) -> str:
    """The answer in one line, with what is wrong beside the formula, and whether points alone have it so."""
    sentence = _answer(found)
    if found.best.verdict.kl and proved is False:
        sentence += f"; no difference found at {_points(found)} points, it is not proved"
    for condition in found.conditions:
        if not condition.passes:
            sentence += f"; but {condition.text}"
    sampled = found.sampling.mistake if found.sampling else None
    return f"{sentence}; but {sampled.code}: {sampled.sentence}" if sampled else sentence


def _points(found: Verification) -> int:
    """How many points the formula was held against the KL at."""
    own = len(own_points(found.prepared.tree))
    return len(PAIR_PROBES) if found.best.verdict.roles.has_prior else len(PROBES) + own


def _answer(found: Verification) -> str:
    best, verdict = found.best, found.best.verdict
    if best.kind == "not-kl":
        return "not-kl: it lacks the ingredients of a KL, a logarithm or an exponential of a head"
    if best.kind == "other":
        return f"other: {best.quantity}, which is no KL, {condition_text(found)}"
    if best.kind == "wrong" and best.mistake:
        flaw = found.prepared.reductions.flaw if best.mistake.code == "KL121" else ""
        what = f"{best.mistake.code} {flaw or best.mistake.sentence}"
        consequence = _consequence(found)
        return f"wrong: {what}, {condition_text(found)}{f'; {consequence}' if consequence else ''}"
    if best.kind == "wrong":
        return f"wrong: it is no multiple of a KL, {_demanded(found)}"
    if best.kind == "exact":
        return f"exact: {kl_text(found.program, verdict)}, in nats, {condition_text(found)}"
    mistake = f"{best.mistake.code} " if best.kind == "reversed" and best.mistake else ""
    prior = verdict.prior
    asked = (
        f", not N({prior.mean}, {prior.variance})" if best.kind == "other-prior" and prior != STANDARD else ""
    )
    return f"{best.kind}: {mistake}{multiple_text(found, verdict)}{asked}, in nats, {condition_text(found)}"


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
    if found.lowest is None or kl:
        return ""  # where the algebra is right, the flaw is in the sums, and the landscape that of the KL
    return "it " + "; ".join(shape_words(found.lowest, None))


def _optimum(found: Verification) -> str:
    lowest = found.lowest
    if not isinstance(lowest, Minimum) or lowest.sigma is None:
        return "another optimum"
    moved = [f"mu = {significant(lowest.mu, 4)}, not 0"] if lowest.mu else []
    if lowest.sigma != 1:
        moved.append(f"sigma = {significant(lowest.sigma, 4)}, not 1")
    return f"its optimum is {' and '.join(moved)}" if moved else "its optimum is that of the KL"


def _blocks(found: Verification, data: VerifyData, proof: str) -> Iterator[Block]:
    best = found.best
    if best.corrected:
        lines = best.corrected.split("\n")
        if len(lines) == 1:
            yield Paragraph(f"corrected: {lines[0]}", "good")
        else:
            yield Item("corrected", tuple(Paragraph(line, "good") for line in lines))
    facts = tuple(_facts(found, data, proof))
    if facts:
        yield Facts(facts)
    yield from (Note("warning", warning) for warning in found.warnings)


def _facts(found: Verification, data: VerifyData, proof: str) -> Iterator[Fact]:
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
    if best.is_proved_of:
        yield Fact("proof", proof)
    yield from (Fact("condition", condition.text) for condition in found.conditions if condition.passes)
    yield from _others(found)
    yield from _sampler(found)
    for label, text in set_aside(found):
        yield Fact(label, text)
    yield from _numerics(found)


def _proof(found: Verification, proved: bool | None, witness: bool | None) -> str:
    """What a verdict rests on."""
    if proved:
        return "proved by algebra, for all means and heads" + (", and by sympy" if witness else "")
    role = found.best.verdict.roles
    if role.head and role.head == role.prior_head:
        return "holds in double precision at 6 points"
    return f"holds to {compared_digits(found.prepared.tree)} digits at {_points(found)} points"


def _meanings(found: Verification) -> Iterator[Fact]:
    """What a factor and a constant do in training."""
    best, prepared, kl = found.best, found.prepared, found.best.verdict.kl
    if kl is None or best.kind in ("wrong", "other"):
        return
    if scale_text(best.verdict, prepared) != "1":
        mean = "; d is the number of latents" if prepared.reductions.name == "mean" else ""
        yield Fact("scale", f"{scale_text(best.verdict, prepared)}{mean}; --allow-scale accepts it")
    if (constant := constant_of(best.verdict, prepared)) != "0":
        yield Fact("shift", f"{constant}: a constant changes no gradient{_counted_apart(prepared)}")
    if prepared.reductions.name in ("sum", "sum-mean"):
        batch = ", then a mean over the batch" if prepared.reductions.name == "sum-mean" else ""
        shapes = shapes_text(prepared)
        yield Fact("reduction", f"a sum over the latents{batch}{f'; {shapes}' if shapes else ''}")
    elif shapes := shapes_text(prepared):
        yield Fact("shapes", shapes)


def _counted_apart(prepared: Prepared) -> str:
    """What is said of a constant that is not counted as the other terms are."""
    constant = prepared.reductions.constant
    if not constant or not constant.terms:
        return ""
    return "; it is counted otherwise than the terms beside it"


def _others(found: Verification) -> Iterator[Fact]:
    """The other readings that come into question."""
    for candidate in found.candidates[1:]:
        verdict = candidate.verdict
        held = candidate.kind in ("exact", "scaled", "other-prior", "reversed")
        if not held and not candidate.mistake:
            continue
        what = multiple_text(found, verdict) if verdict.kl and held else ""
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
        label = "stable" if found.prepared.reductions.name == "none" else "stable, per latent"
        yield Fact(label, found.stable)
    if found.overflow:
        head = found.best.verdict.roles.head
        sign = "<" if found.overflow.below else ">"
        limits = ", ".join(
            f"{significant(limit, 5)} ({name})" for name, limit in found.overflow.limits.items()
        )
        yield Fact("overflow", f"for {head} {sign} {limits}")


def _table(answers: Sequence[Answer], reports: Sequence[Report | None]) -> Table:
    rows = []
    for answer, report in zip(answers, reports, strict=True):
        kind, corrected = "unreadable", None
        text = answer.error.message.split("\n")[0] if answer.error else ""
        if report:
            data = report.data
            assert isinstance(data, VerifyData)
            kind, corrected = data.verdict, data.corrected
            text = str(report.document.title).partition(": ")[2]
            text += f"; corrected: {corrected}" if corrected and "\n" not in corrected else ""
        rows.append(
            (Cell(str(answer.line)), Cell(kind, _TONES.get(kind, "bad")), Cell(answer.text), Cell(text))
        )
    return Table(
        (Column("line", numeric=True), Column("verdict"), Column("formula"), Column("what it is")),
        tuple(rows),
    )

"""What `klcli verify` says below its answer: the correction, what a verdict rests on, what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.numeral import significant
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.naming import constant_of, multiple_text, scale_text, shapes_text
from klcli.judge.verification import Verification
from klcli.report.document import DocumentBlock, Fact, FactList, Note
from klcli.report.verify_data import set_aside
from klcli.report.wording import FEW_DIGITS, RATIO_DIGITS, corrected_block, overflow_text

_NATS_IN_BITS = "1/log(2)"
"""The factor that makes bits of nats, as it is written."""


def blocks(
    found: Verification, proved: bool | None, witness: bool | None, *, verbose: bool = True
) -> Iterator[DocumentBlock]:
    """The blocks of the report.

    Args:
        found: what a formula is.
        proved: whether that was proved by algebra; None where it was not tried.
        witness: whether sympy shows it, too; None where it was not asked.
        verbose: whether all that is known of floating point is said, and not one line.
    """
    best = found.best
    if best.corrected:
        yield corrected_block(best.corrected)
    facts = tuple(_facts(found, _proof(found, proved, witness), verbose=verbose))
    if facts:
        yield FactList(facts)
    yield from (Note("warning", warning) for warning in found.warnings)


def _facts(found: Verification, proof: str, *, verbose: bool) -> Iterator[Fact]:
    best = found.best
    if best.mistake and best.kind == "scaled":
        yield Fact("mistake", f"{best.mistake.code} {best.mistake.sentence}", tone="bad")
    if best.mistake:
        yield Fact("page", f"klcli explain {best.mistake.code}")
    yield from _meanings(found)
    if found.terms:
        yield Fact("terms", found.terms)
    yield from _counterexample(found)
    if best.is_proved_of:
        yield Fact("proof", proof)
    yield from (Fact("condition", condition.text) for condition in found.conditions if condition.passes)
    yield from _others(found)
    yield from _sampler(found)
    for label, text in set_aside(found):
        yield Fact(label, text)
    yield from _numerics(found) if verbose else _numerics_in_short(found)


def _proof(found: Verification, proved: bool | None, witness: bool | None) -> str:
    """What a verdict rests on."""
    if proved:
        return "proved by algebra, for all means and heads" + (", and by sympy" if witness else "")
    return found.words.checked(found)


def _meanings(found: Verification) -> Iterator[Fact]:
    """What a factor and a constant do in training."""
    best, prepared, kl = found.best, found.prepared, found.best.verdict.kl
    if kl is None or best.kind in ("wrong", "other"):
        return
    if (scale := scale_text(best.verdict, prepared)) != "1":
        mean = "; d is the number of latents" if prepared.reductions.name == "mean" else ""
        unit = "; it is the KL in bits" if scale == _NATS_IN_BITS else ""
        yield Fact("scale", f"{scale}{mean}{unit}; --allow-scale accepts it")
    if (constant := constant_of(best.verdict, prepared)) != "0":
        yield Fact("shift", f"{constant}: a constant changes no gradient{_counted_apart(prepared)}")
    if prepared.reductions.name in ("sum", "sum-mean"):
        over = f"examples that {' and '.join(kept)} keeps" if (kept := prepared.reductions.kept) else "batch"
        batch = f", then a mean over the {over}" if prepared.reductions.name == "sum-mean" else ""
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


def _counterexample(found: Verification) -> Iterator[Fact]:
    example, best, verdict = found.counterexample, found.best, found.best.verdict
    if example is None:
        return
    from klcli.judge.counterexample import plain_text

    where = ", ".join(f"{name} = {plain_text(value)}" for name, value in example.point.items())
    if best.kind == "wrong" and not best.mistake:
        head = found.words.symbol(found.program, str(verdict.roles.head))
        where += f", {head} read as {verdict.parameterization.meaning}"
    value = "no value" if example.found is None else significant(example.found)
    yield Fact("counter-example", f"{where}: the KL is {significant(example.expected)}, this {value}")


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
        head = found.words.symbol(found.program, str(verdict.roles.head))
        yield Fact(f"if {head} is {verdict.parameterization.meaning}", text)


def _sampler(found: Verification) -> Iterator[Fact]:
    sampling, words = found.sampling, found.words
    if sampling is None:
        return
    row = words.readings[sampling.parameterization] if sampling.parameterization else None
    head = words.symbol(found.program, str(found.best.verdict.roles.head))
    reads = f"reads {head} as {row.meaning}" if row else f"has no reading of the {words.spread_noun}"
    if sampling.mistake:
        factor = f", times {sampling.factor}" if sampling.factor not in (None, 1, -1) else ""
        text = f"{sampling.mistake.code} {sampling.mistake.sentence}; the line {reads}{factor}"
        yield Fact("sampler", text, tone="bad")
    elif sampling.status == "agrees":
        yield Fact("sampler", f"agrees: it {reads}, with standard normal noise", tone="good")
    else:
        yield Fact("sampler", f"it {reads}; the formula has no KL to compare it with")


def _numerics_in_short(found: Verification) -> Iterator[Fact]:
    """What single precision does to a formula, in one line."""
    loss, overflow = found.loss, found.overflow
    said = []
    if loss:
        # In percent, as a rule of thumb.
        said.append(f"{significant(100 * loss.error, 2)} % off near the prior")
    if overflow:
        sign = "<" if overflow.below else ">"
        end = significant(overflow.limits["single"], FEW_DIGITS)
        said.append(f"infinite for {found.best.verdict.roles.head} {sign} {end}")
    if said or found.stable:
        more = "-v shows a stable form" if found.stable else "-v says more"
        yield Fact("float32", "; ".join((", ".join(said) or "right near the prior", more)))


def _numerics(found: Verification) -> Iterator[Fact]:
    if found.loss:
        loss = found.loss
        told, true = (significant(value, RATIO_DIGITS) for value in (loss.found, loss.expected))
        yield Fact(
            "float32",
            f"loses digits near the prior: at mean 0, standard deviation {significant(loss.sigma)} it gives "
            f"{told} where the KL is {true}, "
            # In percent.
            f"{significant(100 * loss.error, 2)} % off",
        )
    if found.stable:
        label = "stable" if found.prepared.reductions.name == "none" else "stable, per latent"
        yield Fact(label, found.stable)
    if found.overflow:
        yield Fact("overflow", overflow_text(found.overflow, str(found.best.verdict.roles.head)))

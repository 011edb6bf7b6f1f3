"""The answer of `klcli verify` in one line."""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.numeral import significant
from klcli.judge.naming import condition_text, kl_text, meanings_text, multiple_text
from klcli.judge.recognized_constants import constant_text
from klcli.judge.scaled_kl import STANDARD
from klcli.judge.verification import Verification
from klcli.report.wording import RATIO_DIGITS


def sentence(found: Verification, proved: bool | None) -> str:
    """The answer with what is wrong beside the formula, and whether points alone have it so.

    Args:
        found: what it is.
        proved: whether that was proved by algebra; None where it was not tried.
    """
    text = _answer(found)
    if found.best.verdict.kl and proved is False:
        text += f"; no difference found at {found.words.points(found)} points, it is not proved"
    for condition in found.conditions:
        if not condition.passes:
            text += f"; but {condition.text}"
    sampled = found.sampling.mistake if found.sampling else None
    return f"{text}; but {sampled.code}: {sampled.sentence}" if sampled else text


def bare(found: Verification) -> str:
    """The answer in as few words as possible: verdict, reading and mistakes."""
    best = found.best
    name = best.verdict.parameterization.name if best.verdict.kl or best.mistake else ""
    sampled = found.sampling.mistake.code if found.sampling and found.sampling.mistake else ""
    parts = (best.kind, name, best.mistake.code if best.mistake else "", sampled)
    return " ".join(part for part in parts if part)


def _answer(found: Verification) -> str:
    best, verdict = found.best, found.best.verdict
    mistake = f"{best.mistake.code} " if best.mistake else ""
    match best.kind:
        case "not-kl":
            return f"not-kl: it lacks the ingredients of a KL, {found.words.ingredients}"
        case "other":
            return f"other: {best.quantity}, which is no KL, {condition_text(found)}"
        case "wrong" if best.mistake:
            what = f"{mistake}{best.flaw or best.mistake.sentence}, {condition_text(found)}"
            return f"wrong: {'; '.join(filter(None, (what, _consequence(found))))}"
        case "wrong":
            return f"wrong: it is no multiple of a KL, {_demanded(found)}"
        case "exact":
            return f"exact: {kl_text(found, verdict)}, in nats, {condition_text(found)}"
    named = mistake if best.kind == "reversed" else ""
    prior = verdict.prior
    asked = f", not N({prior.mean}, {found.words.fixed_spread(prior.variance)})"
    stated = asked if best.kind == "other-prior" and prior != STANDARD else ""
    return f"{best.kind}: {named}{multiple_text(found, verdict)}{stated}, in nats, {condition_text(found)}"


def _demanded(found: Verification) -> str:
    if any(one.kind in ("exact", "scaled") for one in found.candidates):
        return f"when {meanings_text(found, found.best.verdict.way)}"
    return found.words.whatever


def _consequence(found: Verification) -> str:
    """What is optimised instead: another KL, with its optimum, or the shape of the formula."""
    verdict = found.best.verdict
    kl = verdict.kl
    if kl is None and found.lowest is None:
        return ""
    if kl is None:
        from klcli.judge.comparison_wording import shape_words

        return "it " + "; ".join(shape_words(found.lowest, None))
    if verdict.kind in ("exact", "scaled", "reversed"):
        return ""  # where the algebra is right, the flaw is in the sums, and the landscape that of the KL
    if found.lowest is None or kl.prior_variance is None:
        return f"it is {multiple_text(found, verdict)}"
    scale = "" if kl.scale == 1 else f"{constant_text(kl.scale)} "
    prior = f"N({constant_text(kl.prior_mean or Fraction(0))}, {constant_text(kl.prior_variance)})"
    constant = " up to a constant" if kl.shift else ""
    return f"it is {scale}KL to {prior}{constant}: {_optimum(found)}"


def _optimum(found: Verification) -> str:
    from klcli.judge.landscape import Minimum

    lowest = found.lowest
    if not isinstance(lowest, Minimum) or lowest.sigma is None:
        return "another optimum"
    moved = [f"mu = {significant(lowest.mu, RATIO_DIGITS)}, not 0"] if lowest.mu else []
    if lowest.sigma != 1:
        moved.append(f"sigma = {significant(lowest.sigma, RATIO_DIGITS)}, not 1")
    return f"its optimum is {' and '.join(moved)}" if moved else "its optimum is that of the KL"

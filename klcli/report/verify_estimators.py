"""What `klcli verify` says about estimates of a KL from log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.expectations_and_gradients import NOTHING, SamplingSide
from klcli.judge.spaces.log_ratios.forms import K3
from klcli.report.document import Document, DocumentBlock, Fact, FactList, Note
from klcli.report.verify_estimator_phrases import (
    drawn,
    is_unbiased,
    kl_meant,
    label_of,
    meaning,
    outcomes,
    said_of,
    scale_of,
    shown,
    with_ratio,
)
from klcli.report.wording import corrected_block, overflow_text


def estimation_document(found: Estimation) -> Document:
    """One estimate in words."""
    return Document(_sentence(found), tuple(_blocks(found)))


def bare(found: Estimation) -> str:
    """One estimate in as few words as possible: verdict, estimator and mistake."""
    name = found.name if found.kind in ("estimator", "other") else ""
    return " ".join(filter(None, (found.kind, name, found.mistake.code if found.mistake else "")))


def _times(found: Estimation) -> str:
    scale = scale_of(found)
    return "" if scale == "1" else "minus " if scale == "-1" else f"{scale} "


def _sentence(found: Estimation) -> str:
    sentence = _answer(found)
    for condition in found.conditions:
        if not condition.passes:
            sentence += f"; but {condition.text}"
    return sentence


def _answer(found: Estimation) -> str:
    direction = kl_meant(found)
    if found.form.by_gradient:
        return f"other: a surrogate loss, {_times(found)}{direction} by its gradient and not by its value"
    match found.kind:
        case "exact" | "scaled" | "reversed":
            constant = f" + {LengthMonomial(found.shift).text(())}" if found.shift else ""
            what = f"{_times(found)}{direction}{constant} of categoricals"
            return f"{found.kind}: {what}, in nats, {outcomes(found)}"
        case "estimator":
            constant = f" + {LengthMonomial(found.shift).text(())}" if found.shift else ""
            what = f"{_times(found)}{found.form.title}{constant} of {direction}"
            return f"estimator: {what}, in nats, {drawn(found)}"
        case "other" if not found.form.has_value:
            which = f"the terms of {direction} of categoricals, one for each outcome"
            return f"other: {which}; only their sum is the KL"
        case "other":
            return f"other: {_times(found)}|u|, which estimates no KL; {meaning(found)}"
        case "not-kl":
            return f"not-kl: {found.flaw}"
    code = f"{found.mistake.code} " if found.mistake else ""
    if found.is_turned:
        return f"wrong: {code}{_times(found)}{found.form.title} of {direction}: {found.flaw}"
    if found.tokens and found.tokens.flaw:
        return f"wrong: {code}{found.flaw}"
    label = label_of(found)
    optimises = f"; as a loss it optimises {said_of(found, found.loss)}" if found.loss is not None else ""
    mean = said_of(found, found.mean(found.sampler))
    return f"wrong: {code}{found.flaw}; its mean over samples of {label.definite} is {mean}{optimises}"


def _blocks(found: Estimation) -> Iterator[DocumentBlock]:
    if found.corrected:
        yield corrected_block(found.corrected)
    if facts := tuple(_facts(found)):
        yield FactList(facts)
    yield from (Note("warning", warning) for warning in found.warnings)


def _facts(found: Estimation) -> Iterator[Fact]:
    if found.kind in ("estimator", "other") and found.form.has_value:
        yield from _of_value(found)
        yield from _of_gradient(found)
    is_other = found.kind == "wrong" and not found.is_turned
    if is_other and found.function.value and not found.function.is_weighed:
        yield Fact(f"samples of {found.way.p.definite}", f"its mean is {said_of(found, found.mean('p'))}")
    if found.tokens and found.tokens.text:
        text = found.tokens.text
        if found.function.is_summand:
            text = _of_outcomes(text)
        yield Fact("reduction", text)
    yield from _set_aside(found)
    if found.overflow and not found.function.is_summand:
        yield Fact("overflow", f"{overflow_text(found.overflow, 'u')}; {meaning(found)}")
    yield from (Fact("condition", condition.text) for condition in found.conditions if condition.passes)
    if page := _page(found):
        yield Fact("page", f"klcli explain {page}")


def _of_outcomes(text: str) -> str:
    """The words for a sum over tokens, of outcomes."""
    words = text.partition(":")[0].replace("the tokens of each sequence", "all outcomes")
    if words.startswith("a mean"):
        return "a mean over all outcomes in the place of their sum: the KL divided by their number"
    return words


def _page(found: Estimation) -> str:
    if found.kind in ("estimator", "wrong") and found.form.page:
        return found.form.page
    return K3.page if found.kind == "wrong" and found.function.value else ""


def _of_value(found: Estimation) -> Iterator[Fact]:
    own = said_of(found, found.mean(found.sampler))
    label = label_of(found)
    if is_unbiased(found):
        sign = "it is never negative" if found.form.is_never_negative else "it may be negative"
        yield Fact(
            "value", f"unbiased: its mean over samples of {label.definite} is {own}; {sign}", tone="good"
        )
    else:
        mean = f"its mean over samples of {label.definite} is {own}{found.form.bias}"
        yield Fact("value", f"biased: {mean}; {meaning(found)}")
    if not found.function.is_weighed and found.form.estimates:
        other: SamplingSide = "p" if found.sampler == "q" else "q"
        who = found.way.p if other == "p" else found.way.q
        yield Fact(f"samples of {who.definite}", f"its mean is {said_of(found, found.mean(other))}")


def _of_gradient(found: Estimation) -> Iterator[Fact]:
    way = found.way
    if found.loss is None:
        yield Fact("as a loss", "its gradient is that of no known loss")
        return
    loss = said_of(found, found.loss)
    held = "" if way.is_of_models else ", with the samples held; reparameterised ones give that of its mean"
    if loss == NOTHING:
        yield Fact("as a loss", f"it optimises nothing: the mean of its gradient is 0{held}", tone="bad")
    else:
        yield Fact("as a loss", f"its gradient is that of {loss}{held}")
    if found.sampler == "q" and not found.function.is_weighed:
        log = shown(found, way.q.symbol) or f"log {way.q.noun}"
        ratio = f"exp({log} - stop({log}))"
        yield Fact("times the ratio", f"{ratio} times it has the gradient of {with_ratio(found)}")
    if found.reward is not None:
        yield Fact(
            "in the reward", f"taken off it, the policy gradient optimises {said_of(found, found.reward)}"
        )


def _set_aside(found: Estimation) -> Iterator[Fact]:
    if found.weights and found.kind in ("estimator", "scaled", "reversed"):
        yield Fact("scale", f"{scale_of(found)}; --accept scaled accepts it")
    elif found.factor != 1 and found.kind in ("estimator", "scaled"):
        missing = f"; the 1/2 of {found.form.title} is missing" if _lacks_half(found) else ""
        yield Fact("scale", f"{scale_of(found)}{missing}; --accept scaled accepts it")
    for name in found.others:
        yield Fact("other term", f"{shown(found, name)} is added; it is ignored")


def _lacks_half(found: Estimation) -> bool:
    """Whether it is twice an estimator that is a half of a square."""
    return bool(found.form.bias) and found.factor == 2

"""What `klcli verify` says about estimates of a KL from log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from klcli.formula.numeral import significant
from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.spaces.log_ratios.estimation import Estimation
from klcli.judge.spaces.log_ratios.expectations import (
    KL_PQ,
    KL_QP,
    NOTHING,
    Combination,
    SamplingSide,
    said,
    without_one,
)
from klcli.judge.spaces.log_ratios.forms import K3
from klcli.judge.spaces.log_ratios.ways import Label
from klcli.report.document import Document, DocumentBlock, Fact, FactList, Item, Note, Paragraph
from klcli.report.verify_data import (
    SCHEMA,
    EstimatorData,
    VerifyData,
    mistake_data,
    notation_of,
)

__all__ = ["bare", "direction", "estimation_data", "estimation_document", "estimator_data"]

_SAMPLERS: tuple[SamplingSide, SamplingSide] = ("q", "p")


def estimation_document(found: Estimation) -> Document:
    """One estimate in words."""
    return Document(_sentence(found), tuple(_blocks(found)))


def bare(found: Estimation) -> str:
    """One estimate in as few words as possible: verdict, estimator and mistake."""
    name = found.name if found.kind in ("estimator", "other") else ""
    return " ".join(filter(None, (found.kind, name, found.mistake.code if found.mistake else "")))


def _said(found: Estimation, quantities: Combination) -> str:
    return said(quantities, found.way.q.noun, found.way.p.noun)


def _label(found: Estimation) -> Label:
    """Who draws the samples."""
    way = found.way
    if found.function.is_weighed and way.old:
        return way.old
    return way.q if found.sampler == "q" else way.p


def _shown(found: Estimation, symbol: str) -> str:
    return found.program.spellings.get(symbol, symbol)


def direction(found: Estimation) -> str | None:
    """``forward`` for KL(q || p), ``reversed`` for the other; None for what is no estimator."""
    if found.kind in ("wrong", "not-kl"):
        return None
    turned = found.kind == "estimator" and _direction(found) != _said(found, {KL_QP: Fraction(1)})
    return "reversed" if turned or found.kind == "reversed" else "forward"


def _direction(found: Estimation) -> str:
    """Which KL is meant: that in the mean, or that of who draws the samples."""
    kls = [name for name in found.mean(found.sampler) if name in (KL_QP, KL_PQ)]
    if found.form.by_gradient:
        kls = list(found.loss or {})
    own = kls[0] if len(kls) == 1 else KL_QP if found.sampler == "q" else KL_PQ
    return _said(found, {own: Fraction(1)})


def _scale(found: Estimation) -> str:
    """``2``, ``-beta``, ``1/25 beta/tau``."""
    own = LengthMonomial(abs(found.factor), tuple(found.weights.values()))
    text = own.text([_shown(found, name) for name in found.weights])
    return f"-{text}" if found.factor < 0 else text


def _times(found: Estimation) -> str:
    scale = _scale(found)
    return "" if scale == "1" else "minus " if scale == "-1" else f"{scale} "


def _sentence(found: Estimation) -> str:
    sentence = _answer(found)
    for condition in found.conditions:
        if not condition.passes:
            sentence += f"; but {condition.text}"
    return sentence


def _answer(found: Estimation) -> str:
    direction = _direction(found)
    if found.form.by_gradient:
        return f"other: a surrogate loss, {_times(found)}{direction} by its gradient and not by its value"
    match found.kind:
        case "exact" | "scaled" | "reversed":
            constant = f" + {LengthMonomial(found.shift).text(())}" if found.shift else ""
            what = f"{_times(found)}{direction}{constant} of categoricals"
            return f"{found.kind}: {what}, in nats, {_outcomes(found)}"
        case "estimator":
            constant = f" + {LengthMonomial(found.shift).text(())}" if found.shift else ""
            what = f"{_times(found)}{found.form.title}{constant} of {direction}"
            return f"estimator: {what}, in nats, {_drawn(found)}"
        case "other" if not found.form.has_value:
            which = f"the terms of {direction} of categoricals, one for each outcome"
            return f"other: {which}; only their sum is the KL"
        case "other":
            return f"other: {_times(found)}|u|, which estimates no KL; {_meaning(found)}"
        case "not-kl":
            return f"not-kl: {found.flaw}"
    code = f"{found.mistake.code} " if found.mistake else ""
    if found.tokens and found.tokens.flaw:
        return f"wrong: {code}{found.flaw}"
    label = _label(found)
    optimises = f"; as a loss it optimises {_said(found, found.loss)}" if found.loss is not None else ""
    mean = _said(found, found.mean(found.sampler))
    return f"wrong: {code}{found.flaw}; its mean over samples of {label.definite} is {mean}{optimises}"


def _drawn(found: Estimation) -> str:
    """The condition under which it is an estimate at all."""
    label, way = _label(found), found.way
    whose = f", whose log-probability is {_shown(found, label.symbol)}" if label.symbol else ""
    if way.ratio:
        whose = f"; {way.ratio}" if "=" in way.ratio else whose
    return f"if the samples are drawn from {label.definite}{whose}"


def _outcomes(found: Estimation) -> str:
    names = " and ".join(_shown(found, label.symbol) for label in (found.way.q, found.way.p) if label.symbol)
    return f"if {names} are of all outcomes, and normalised"


def _meaning(found: Estimation) -> str:
    way = found.way
    pair = [_shown(found, label.symbol) for label in (way.q, way.p) if label.symbol]
    return f"u = {' - '.join(pair)}" if len(pair) == 2 else f"u = log {way.q.noun} - log {way.p.noun}"


def _blocks(found: Estimation) -> Iterator[DocumentBlock]:
    if found.corrected:
        lines = found.corrected.split("\n")
        if len(lines) == 1:
            yield Paragraph(f"corrected: {lines[0]}", "good")
        else:
            yield Item("corrected", tuple(Paragraph(line, "good") for line in lines))
    if facts := tuple(_facts(found)):
        yield FactList(facts)
    yield from (Note("warning", warning) for warning in found.warnings)


def _facts(found: Estimation) -> Iterator[Fact]:
    if found.kind in ("estimator", "other") and found.form.has_value:
        yield from _of_value(found)
        yield from _of_gradient(found)
    if found.kind == "wrong" and found.function.value and not found.function.is_weighed:
        yield Fact(f"samples of {found.way.p.definite}", f"its mean is {_said(found, found.mean('p'))}")
    if found.tokens and found.tokens.text:
        text = found.tokens.text
        if found.function.is_summand:
            text = _of_outcomes(text)
        yield Fact("reduction", text)
    yield from _set_aside(found)
    if found.overflow and not found.function.is_summand:
        sign = "<" if found.overflow.below else ">"
        limits = ", ".join(f"{significant(one, 5)} ({name})" for name, one in found.overflow.limits.items())
        yield Fact("overflow", f"for u {sign} {limits}; {_meaning(found)}")
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
    own = _said(found, found.mean(found.sampler))
    label = _label(found)
    if _is_unbiased(found):
        sign = "it is never negative" if found.form.is_never_negative else "it may be negative"
        yield Fact(
            "value", f"unbiased: its mean over samples of {label.definite} is {own}; {sign}", tone="good"
        )
    else:
        mean = f"its mean over samples of {label.definite} is {own}{found.form.bias}"
        yield Fact("value", f"biased: {mean}; {_meaning(found)}")
    if not found.function.is_weighed and found.form.estimates:
        other: SamplingSide = "p" if found.sampler == "q" else "q"
        who = found.way.p if other == "p" else found.way.q
        yield Fact(f"samples of {who.definite}", f"its mean is {_said(found, found.mean(other))}")


def _of_gradient(found: Estimation) -> Iterator[Fact]:
    way = found.way
    if found.loss is None:
        yield Fact("as a loss", "its gradient is that of no known loss")
        return
    loss = _said(found, found.loss)
    held = "" if way.is_of_models else ", with the samples held; reparameterised ones give that of its mean"
    if loss == NOTHING:
        yield Fact("as a loss", f"it optimises nothing: the mean of its gradient is 0{held}", tone="bad")
    else:
        yield Fact("as a loss", f"its gradient is that of {loss}{held}")
    if found.sampler == "q" and not found.function.is_weighed:
        log = _shown(found, way.q.symbol) or f"log {way.q.noun}"
        ratio = f"exp({log} - stop({log}))"
        yield Fact("times the ratio", f"{ratio} times it has the gradient of {_with_ratio(found)}")
    if found.reward is not None:
        yield Fact(
            "in the reward", f"taken off it, the policy gradient optimises {_said(found, found.reward)}"
        )


def _with_ratio(found: Estimation) -> str:
    """What is optimised if it is multiplied by a ratio that is 1: its own mean, which the ratio moves."""
    return _said(found, without_one(found.mean("q")))


def _set_aside(found: Estimation) -> Iterator[Fact]:
    if found.weights and found.kind in ("estimator", "scaled", "reversed"):
        yield Fact("scale", f"{_scale(found)}; --accept scaled accepts it")
    elif found.factor != 1 and found.kind in ("estimator", "scaled"):
        missing = f"; the 1/2 of {found.form.title} is missing" if _lacks_half(found) else ""
        yield Fact("scale", f"{_scale(found)}{missing}; --accept scaled accepts it")
    for name in found.others:
        yield Fact("other term", f"{_shown(found, name)} is added; it is ignored")


def _lacks_half(found: Estimation) -> bool:
    """Whether it is twice an estimator that is a half of a square."""
    return bool(found.form.bias) and found.factor == 2


def _is_unbiased(found: Estimation) -> bool:
    mean = found.mean(found.sampler)
    return len(mean) == 1 and mean.keys() <= {KL_QP, KL_PQ}


def estimation_data(found: Estimation) -> VerifyData:
    """The data of one estimate, in the shape of that of any formula."""
    way, tokens = found.way, found.tokens
    labels = (way.q, way.p, *((way.old,) if way.old else ()))
    symbols = {label.noun: label.symbol for label in labels if label.symbol}
    known = found.kind not in ("wrong", "not-kl")
    return VerifyData(
        schema=SCHEMA,
        input=found.program.text,
        notation=notation_of(found.program),
        verdict=found.kind,
        parameterization=None,
        prior_parameterization=None,
        scale=_scale(found) if known else None,
        shift=LengthMonomial(found.shift).text(()) if known else None,
        prior=None,
        direction=direction(found),
        unit="nats",
        reduction=tokens.name if tokens else "none",
        symbols=symbols or {name: way.ratio for name in ("ratio",) if way.ratio},
        mistake=mistake_data(found.mistake),
        corrected=found.corrected,
        counterexample=None,
        proof="numeric" if found.function.value is not None else None,
        conditions=found.conditions,
        shapes=(tokens.text or None) if tokens else None,
        readings=(),
        sampler=None,
        warnings=(
            *found.warnings,
            *(f"other term: {_shown(found, name)} is added; it is ignored" for name in found.others),
        ),
        estimator=estimator_data(found) if found.kind in ("estimator", "other") else None,
    )


def estimator_data(found: Estimation) -> EstimatorData:
    """Which estimator it is, as data."""
    label = _label(found)
    return EstimatorData(
        name=found.name,
        direction=_direction(found) if found.form.estimates or not found.form.has_value else None,
        samples_from=_shown(found, label.symbol) or label.noun
        if found.form.has_value or found.form.by_gradient
        else None,
        unbiased=found.form.has_value and _is_unbiased(found),
        gradient=None if found.loss is None else _said(found, found.loss),
        gradient_with_stopped_ratio=_with_ratio(found)
        if found.sampler == "q" and found.function.value
        else None,
        overflow=dict(found.overflow.limits) if found.overflow else None,
    )

"""Phrases for an estimate of a KL: who draws its samples, which KL it is of, how often."""

from __future__ import annotations

from fractions import Fraction

from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.expectations_and_gradients import (
    KL_PQ,
    KL_QP,
    Combination,
    said,
    without_one,
)
from klcli.judge.spaces.log_ratios.log_prob_assignments import Label


def said_of(found: Estimation, quantities: Combination) -> str:
    """A sum of known quantities, with q and p as they are called here."""
    return said(quantities, found.way.q.noun, found.way.p.noun)


def label_of(found: Estimation) -> Label:
    """Who draws the samples."""
    way = found.way
    if found.function.is_weighed and way.old:
        return way.old
    return way.q if found.sampler == "q" else way.p


def shown(found: Estimation, symbol: str) -> str:
    """A symbol as it is spelled in the program."""
    return found.program.spellings.get(symbol, symbol)


def direction(found: Estimation) -> str | None:
    """``forward`` for KL(q || p), ``reversed`` for the other; None for what is no estimator."""
    if found.kind in ("wrong", "not-kl"):
        return None
    turned = found.kind == "estimator" and kl_meant(found) != said_of(found, {KL_QP: Fraction(1)})
    return "reversed" if turned or found.kind == "reversed" else "forward"


def kl_meant(found: Estimation) -> str:
    """Which KL is meant: that in the mean, or that of who draws the samples."""
    kls = [name for name in found.mean(found.sampler) if name in (KL_QP, KL_PQ)]
    if found.form.by_gradient:
        kls = list(found.loss or {})
    own = kls[0] if len(kls) == 1 else KL_QP if found.sampler == "q" else KL_PQ
    return said_of(found, {own: Fraction(1)})


def scale_of(found: Estimation) -> str:
    """``2``, ``-beta``, ``beta/(25 tau)``."""
    own = LengthMonomial(abs(found.factor), tuple(found.weights.values()))
    text = own.text([shown(found, name) for name in found.weights])
    return f"-{text}" if found.factor < 0 else text


def drawn(found: Estimation) -> str:
    """The condition under which it is an estimate at all."""
    label, way = label_of(found), found.way
    whose = f", whose log-probability is {shown(found, label.symbol)}" if label.symbol else ""
    if way.ratio:
        whose = f"; {way.ratio}" if "=" in way.ratio else whose
    return f"if the samples are drawn from {label.definite}{whose}"


def outcomes(found: Estimation) -> str:
    """The condition under which a sum over all outcomes is the KL."""
    names = " and ".join(shown(found, label.symbol) for label in (found.way.q, found.way.p) if label.symbol)
    return f"if {names} are of all outcomes, and normalised"


def meaning(found: Estimation) -> str:
    """``u = lp - ref_lp``: what the u of the words is."""
    way = found.way
    pair = [shown(found, label.symbol) for label in (way.q, way.p) if label.symbol]
    return f"u = {' - '.join(pair)}" if len(pair) == 2 else f"u = log {way.q.noun} - log {way.p.noun}"


def with_ratio(found: Estimation) -> str:
    """What is optimised if it is multiplied by a ratio that is 1: its own mean, which the ratio moves."""
    return said_of(found, without_one(found.mean("q")))


def is_unbiased(found: Estimation) -> bool:
    """Whether its mean over its samples is a multiple of one KL, and nothing besides."""
    mean = found.mean(found.sampler)
    return len(mean) == 1 and mean.keys() <= {KL_QP, KL_PQ}

"""What `klcli lint` says of the terms that it recognised: ``right, for a head that is a log-variance``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.lazy_regex import regex
from klcli.lint.findings.places import address
from klcli.lint.findings.types import ListedTerm, TermKind
from klcli.report.document import Fact, FactList, Tone
from klcli.report.verify_estimator_data import estimator_data

_LONGEST = 60
"""Characters of an expression that are shown."""
_IN_BRACKETS = regex(r"(?<=[(\[{]) | (?=[)\]}])")
"""Blanks that are left of the breaks between lines."""
_MEANINGS = {row.name: row.meaning for row in (*PARAMETERIZATIONS.values(), *READINGS.values())}
_KINDS: Mapping[TermKind, str] = {"kl": "KL term", "sampler": "sample", "estimator": "estimator"}
_REDUCTIONS = {"sum": "summed", "mean": "averaged", "sum-mean": "summed, then averaged"}
_TONES: dict[str, Tone] = {"exact": "good", "scaled": "good", "estimator": "good", "wrong": "bad"}


def term_facts(terms: Sequence[ListedTerm]) -> FactList:
    """The terms with their places, what they are and how they begin."""
    return FactList(tuple(map(_fact, terms)))


def _fact(term: ListedTerm) -> Fact:
    expression = _IN_BRACKETS.sub("", " ".join(term.expression.split()))
    clipped = expression if len(expression) <= _LONGEST else f"{expression[: _LONGEST - 1]}…"
    words = f"{_KINDS[term.kind]}: {_words(term)}"
    place = term.place
    where = address(place.path, place.cell_number, place.lines[0])
    return Fact(where, words, clipped, _TONES.get(term.verdict, "plain"))


def _words(term: ListedTerm) -> str:
    if term.problem:
        return f"not read: {term.problem}"
    parts = [_estimate(term.estimation) if term.estimation else _verdict(term)]
    if term.parameterization:
        parts.append(f"for a head that is {_MEANINGS[term.parameterization]}")
    if reduction := _REDUCTIONS.get(term.reduction or ""):
        parts.append(reduction)
    return ", ".join(parts)


def _estimate(found: Estimation) -> str:
    """``k3 of KL(policy || reference)``; ``wrong``."""
    if found.kind in ("wrong", "not-kl"):
        return "wrong"
    return " of ".join(filter(None, (found.name, estimator_data(found).direction)))


def _verdict(term: ListedTerm) -> str:
    prior = f", with the prior {_prior(term)}" if _prior(term) else ""
    match term.verdict:
        case "exact" if term.kind == "sampler" or term.shift in (None, "0"):
            return f"right{prior}"
        case "exact" | "scaled":
            return f"{_multiple(term, 'KL')}{prior}"
        case "other-prior":
            return _multiple(term, f"KL to {_prior(term) or 'another prior'}")
        case "reversed":
            return f"{_multiple(term, 'KL(p || q)')}, the other way round{prior}"
    return "wrong"


def _multiple(term: ListedTerm, kl: str) -> str:
    """``0.5 KL + 1``."""
    scale = "" if term.scale in (None, "1") else f"{term.scale} "
    if term.shift in (None, "0"):
        return f"{scale}{kl}"
    sign, size = ("-", term.shift[1:]) if term.shift.startswith("-") else ("+", term.shift)
    return f"{scale}{kl} {sign} {size}"


def _prior(term: ListedTerm) -> str:
    """``N(0, 0.25)``; nothing for N(0, 1) and where it is not known."""
    prior = term.prior
    if prior is None or (prior.mean, prior.variance) == ("0", "1"):
        return ""
    return f"N({prior.mean}, {prior.variance})"

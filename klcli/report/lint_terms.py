"""What `klcli lint` says of the terms that it recognised: ``right, for a head that is a log-variance``."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.lint.findings import Term
from klcli.report.document import Cell, Column, Table, Tone

__all__ = ["term_table", "term_words"]

_LONGEST = 60
"""Characters of an expression that are shown."""
_KINDS = {"kl": "KL", "sampler": "sample"}
_REDUCTIONS = {"sum": "summed", "mean": "averaged", "sum-mean": "summed, then averaged"}
_TONES: dict[str, Tone] = {"exact": "good", "scaled": "good", "wrong": "bad"}


def term_table(terms: Sequence[Term]) -> Table:
    """The terms with their places, what they are and how they begin."""
    titles = ("place", "term", "what it is", "as it is written")
    return Table(tuple(map(Column, titles)), tuple(map(_row, terms)))


def term_words(term: Term) -> str:
    """What a term is, in words."""
    parts = [_verdict(term)]
    if term.parameterization:
        parts.append(f"for a head that is {_meaning(term.parameterization)}")
    if reduction := _REDUCTIONS.get(term.reduction or ""):
        parts.append(reduction)
    return ", ".join(parts)


def _row(term: Term) -> tuple[Cell, ...]:
    expression = " ".join(term.expression.split())
    clipped = expression if len(expression) <= _LONGEST else f"{expression[: _LONGEST - 1]}…"
    return (
        Cell(f"{term.place.path}:{term.place.line}"),
        Cell(_KINDS[term.kind]),
        Cell(term_words(term), _TONES.get(term.verdict, "plain")),
        Cell(clipped, "muted"),
    )


def _verdict(term: Term) -> str:
    if term.kind == "sampler":
        return "right" if term.verdict == "exact" else "wrong"
    match term.verdict:
        case "exact":
            return f"right{_shifted(term, ', plus {}')}{_to(term, ', to N({}, {})')}"
        case "scaled":
            return f"{_multiple(term, 'KL')}{_to(term, ', to N({}, {})')}"
        case "other-prior":
            return _multiple(term, f"KL{_to(term, ' to N({}, {})') or ' to another prior'}")
        case "reversed":
            return f"{_multiple(term, 'KL(p || q)')}, the other way round{_to(term, ', with p = N({}, {})')}"
    return "wrong"


def _multiple(term: Term, kl: str) -> str:
    """``0.5 KL + 1``."""
    scale = f"{term.scale} " if term.scale not in (None, "1") else ""
    return f"{scale}{kl}{_shifted(term, ' + {}')}"


def _shifted(term: Term, words: str) -> str:
    return words.format(term.shift) if term.shift not in (None, "0") else ""


def _to(term: Term, words: str) -> str:
    """The prior in these words; nothing for N(0, 1)."""
    prior = term.prior
    if prior is None or (prior.mean, prior.variance) == ("0", "1"):
        return ""
    return words.format(prior.mean, prior.variance)


def _meaning(parameterization: str) -> str:
    row = PARAMETERIZATIONS.get(parameterization)
    return row.meaning if row else parameterization

"""How the KL of a formula of matrices is written: ``1/2 KL(N(mu, L @ L.T) || N(0, I)) + 1/2 d``."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.formula.editing import in_habit
from klcli.formula.tree import Symbol
from klcli.judge.constants import constant_text
from klcli.judge.matrix.readings import READINGS
from klcli.judge.matrix.rewriting import Setting
from klcli.judge.matrix.terms import Term, Terms
from klcli.judge.matrix.verdict import MatrixVerdict
from klcli.judge.matrix.verification import MatrixVerification
from klcli.judge.matrix.ways import Head, Side
from klcli.judge.names import is_dimension
from klcli.judge.verdict import Quantity

__all__ = [
    "condition_text",
    "gaussian_text",
    "kl_text",
    "multiple_text",
    "scale_text",
    "shift_text",
    "spherical_text",
    "symbol_text",
    "terms_text",
]

_VOLUMES: Mapping[Side, Term] = {"q": "logdet_q", "p": "logdet_p"}
_WORDS: Mapping[Term, str] = {"mahalanobis": "Mahalanobis distance", "dimensions": "d", "constant": "1"}


def condition_text(found: MatrixVerification) -> str:
    """``if and only if S is a covariance matrix``."""
    verdict = found.best.verdict
    alone = sum(candidate.kind == "exact" for candidate in found.candidates) == 1
    words = "if and only if" if found.best.kind == "exact" and alone else "if"
    first, *others = verdict.way.heads if verdict.way.heads[0].side == "q" else verdict.way.heads[::-1]
    parts = [f"{symbol_text(found, first.name)} is {READINGS[first.reading]}"]
    for head in others:
        same = head.reading == first.reading
        parts.append(f"{symbol_text(found, head.name)} is {'one, too' if same else READINGS[head.reading]}")
    for name in verdict.way.dimensions:
        if not is_dimension(name) and not name.startswith("dim_"):  # the length of a part
            parts.append(f"{symbol_text(found, name)} is the number of dimensions")
    return f"{words} {' and '.join(parts)}"


def symbol_text(found: MatrixVerification, name: str) -> str:
    """A symbol in the notation of the formula."""
    return in_habit(found.program, Symbol(name))


def _covariance(found: MatrixVerification, head: Head) -> str:
    """The covariance in the notation of the formula: ``L @ L.T``."""
    setting = Setting(found.subject.manner, {head.name: "matrix"}, found.best.verdict.way)
    return in_habit(found.program, setting.covariance(head))


def spherical_text(variance: Quantity) -> str:
    """``I``, ``1/2 I``."""
    written = constant_text(variance)
    return "I" if written == "1" else f"{written} I" if " " not in written else f"({written}) I"


def gaussian_text(found: MatrixVerification, verdict: MatrixVerdict, side: Side) -> tuple[str, str]:
    """The mean and the covariance of one side."""
    way, kl = verdict.way, verdict.fit
    head, mean = way.head(side), way.mean(side)
    if side == "p" and not way.has_prior:
        if kl is None or kl.prior_mean is None or kl.prior_variance is None:
            return constant_text(verdict.prior.mean), spherical_text(verdict.prior.variance)
        return constant_text(kl.prior_mean), spherical_text(kl.prior_variance)
    return symbol_text(found, mean) if mean else "0", _covariance(found, head) if head else "I"


def kl_text(found: MatrixVerification, verdict: MatrixVerdict) -> str:
    """``KL(N(mu, S) || N(0, I))``."""
    q = "N({}, {})".format(*gaussian_text(found, verdict, "q"))
    p = "N({}, {})".format(*gaussian_text(found, verdict, "p"))
    reverse = verdict.fit is not None and verdict.fit.reverse
    return f"KL({p} || {q})" if reverse else f"KL({q} || {p})"


def scale_text(found: MatrixVerification, verdict: MatrixVerdict) -> str:
    """The factor of the KL with the symbols that were set aside: ``1/2``, ``beta/N``."""
    assert verdict.fit
    above = " ".join(found.aside.weights)
    number = constant_text(verdict.fit.scale)
    factor = above if above and number == "1" else f"{number} {above}".strip()
    below = " ".join(found.aside.divisors)
    return f"{factor}/{below if ' ' not in below else f'({below})'}" if below else factor


def shift_text(verdict: MatrixVerdict) -> str:
    """The constant: ``1/2 d``, ``-1/4 d + 1``; ``0`` without one."""
    assert verdict.fit
    size, constant = constant_text(verdict.fit.per_dimension), constant_text(verdict.fit.shift)
    size = f"({size})" if " " in size else size
    of_size = {"0": "", "1": "d", "-1": "-d"}.get(size, f"{size} d")
    if constant == "0" or not of_size:
        return of_size or constant
    return f"{of_size} - {constant[1:]}" if constant.startswith("-") else f"{of_size} + {constant}"


def multiple_text(found: MatrixVerification, verdict: MatrixVerdict) -> str:
    """The KL with its factor and its constant: ``1/2 KL(...) + 1/2 d``."""
    scale, shift = scale_text(found, verdict), shift_text(verdict)
    factor = "" if scale == "1" else f"{scale} "
    added = "" if shift == "0" else f" - {shift[1:]}" if shift.startswith("-") else f" + {shift}"
    return f"{factor}{kl_text(found, verdict)}{added}"


def terms_text(found: MatrixVerification, terms: Terms) -> str:
    """The weights of the terms, and those that are due: ``trace 1/2, d -1 (-1/2 is due)``."""
    words: dict[Term, str] = {term: term for term in terms.found} | dict(_WORDS)
    for side, term in _VOLUMES.items():
        words[term] = f"log det {gaussian_text(found, found.best.verdict, side)[1]}"
    parts = []
    for term in terms.found:
        due = f" ({constant_text(terms.due[term])} is due)" if term in terms.off else ""
        if due or terms.due[term]:
            parts.append(f"{words[term]} {constant_text(terms.found[term])}{due}")
    return ", ".join(parts)

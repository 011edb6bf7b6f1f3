"""What is said of formulas of matrices: covariances, the points at which they are tried, their terms."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program
from klcli.formula.tree import Symbol
from klcli.formula.value.symbol_kinds import Manner
from klcli.judge.engine import COMPARED_DIGITS
from klcli.judge.naming import gaussian_text
from klcli.judge.recognized_constants import constant_text
from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.space_words import SpaceWords
from klcli.judge.spaces.matrices.fitting import decimal_probes
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.judge.spaces.matrices.rules.rewriting import Setting
from klcli.judge.spaces.matrices.term_weights import MatrixTerm, TermWeights
from klcli.judge.verification import Verification
from klcli.judge.ways import Side, Way

_VOLUMES: Mapping[Side, MatrixTerm] = {"q": "logdet_q", "p": "logdet_p"}
_WORDS: Mapping[MatrixTerm, str] = {"mahalanobis": "Mahalanobis distance", "dimensions": "d", "constant": "1"}


def _symbol(program: Program, name: str) -> str:
    return in_habit(program, Symbol(name))


def _covariance(program: Program, way: Way, side: Side) -> str:
    """The covariance in the notation of the formula: ``L @ L.T``."""
    head = way.head(side)
    if head is None:
        return "I"
    setting = Setting(Manner(program.language == "math"), {head.name: "matrix"}, way)
    return in_habit(program, setting.covariance(head))


def _spherical(variance: FoundNumber) -> str:
    """``I``, ``1/2 I``."""
    written = constant_text(variance)
    return "I" if written == "1" else f"{written} I" if " " not in written else f"({written}) I"


def _points(found: Verification) -> int:
    return len(decimal_probes(found.program.text))


def _checked(found: Verification) -> str:
    sizes = ", ".join(map(str, sorted({len(pair["q"].mean) for pair in decimal_probes(found.program.text)})))
    what = f"{_points(found)} random positive definite pairs of sizes {sizes}"
    return f"holds to {COMPARED_DIGITS} digits on {what}"


MATRICES = SpaceWords(
    subject="means and matrices",
    readings=READINGS,
    spread_noun="matrix",
    ingredients="the logarithm of a determinant",
    whatever="whatever its matrices mean",
    symbol=_symbol,
    spread=_covariance,
    fixed_spread=_spherical,
    points=_points,
    checked=_checked,
)
"""The words for formulas of matrices."""


def terms_text(found: Verification, terms: TermWeights) -> str:
    """The weights of the terms, and those that are due: ``trace 1/2, d -1 (-1/2 is due)``."""
    words: dict[MatrixTerm, str] = {term: term for term in terms.found} | dict(_WORDS)
    for side, term in _VOLUMES.items():
        words[term] = f"log det {gaussian_text(found, found.best.verdict, side).variance}"
    parts = []
    for term in terms.found:
        due = f" ({constant_text(terms.due[term])} is due)" if term in terms.off else ""
        if due or terms.due[term]:
            parts.append(f"{words[term]} {constant_text(terms.found[term])}{due}")
    return ", ".join(parts)

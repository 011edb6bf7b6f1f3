"""The coefficients of trace, Mahalanobis distance, log-determinants, d and 1: which is not that of a KL.

KL = 1/2 (tr(P S) + dm^T P dm - log det S_q + log det S_p - d), P the precision of the prior; what has no
symbol is 0 or the identity. A formula that lies in the span of these six without being any KL has some of
them with another weight than the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias, get_args

from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.linear_algebra import Linear
from klcli.judge.engine import COMPARED_DIGITS, SPARE_DIGITS, checked, fitted, recovered
from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.spaces.matrices.fitting import (
    Subject,
    decimal_probes,
    double_probes,
    posterior_and_prior,
    value_at,
)
from klcli.judge.ways import Way
from klcli.values import dataclass

MatrixTerm: TypeAlias = Literal["trace", "mahalanobis", "logdet_q", "logdet_p", "dimensions", "constant"]
TERMS: tuple[MatrixTerm, ...] = get_args(MatrixTerm)
_SIGNS: Mapping[MatrixTerm, int] = {
    "trace": 1,
    "mahalanobis": 1,
    "logdet_q": -1,
    "logdet_p": 1,
    "dimensions": -1,
}
_MOST_OFF = 2
"""Of the five terms of a KL: three that agree are a majority."""
_MOST_BELOW = 10**4
"""A coefficient of a larger denominator is told as a decimal."""
_SLACK = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""


@dataclass(frozen=True, slots=True)
class TermWeights:
    """The weights of the terms of a formula, and those of the multiple of the KL that it is nearest to."""

    found: Mapping[MatrixTerm, FoundNumber]
    due: Mapping[MatrixTerm, FoundNumber]

    @property
    def off(self) -> tuple[MatrixTerm, ...]:
        """The terms with another weight than the rest."""
        return tuple(term for term, weight in self.found.items() if weight != self.due[term])


def terms(subject: Subject, way: Way, seed: str) -> TermWeights | None:
    """The weights of the terms to all digits; None for what has others, or no two that go together.

    Args:
        subject: the formula of matrices with what was set aside.
        way: what its symbols are.
        seed: of the points.
    """
    if coefficients(subject, way) is None:
        return None
    points, run = decimal_probes(seed), Decimals(COMPARED_DIGITS + SPARE_DIGITS)
    columns = [_columns(way, pair, run) for pair in points]
    rows = [list(row.values()) for row in columns]
    try:
        found = fitted(rows, (value_at(subject, way, pair, run) for pair in points), COMPARED_DIGITS)
    except ArithmeticError:
        return None
    if found is None:
        return None
    weights = (recovered(value, COMPARED_DIGITS) for value in found.values)
    return compared(dict(zip(columns[0], weights, strict=True)))


def coefficients(subject: Subject, way: Way) -> dict[MatrixTerm, FoundNumber] | None:
    """The weights of the terms as doubles show them; None for what has others."""
    points, run = double_probes(), Doubles()
    columns = [_columns(way, pair, run) for pair in points]
    try:
        values = [value_at(subject, way, pair, run) for pair in points]
    except ArithmeticError:
        return None
    found = checked([list(row.values()) for row in columns], values, _SLACK)
    if found is None:
        return None
    return {term: _plain(value) for term, value in zip(columns[0], found, strict=True)}


def _plain(value: float) -> FoundNumber:
    near = Fraction(value).limit_denominator(_MOST_BELOW)
    return near if abs(near - Fraction(value)) <= _SLACK else Decimal(value)


def _columns(way: Way, pair: Any, run: Any) -> dict[MatrixTerm, Any]:
    """The terms at a pair of Gaussians; only those that the symbols can have."""
    linear, both = Linear(run), posterior_and_prior(way, pair, run)
    q, p = both["q"], both["p"]
    found: dict[MatrixTerm, Any] = {"trace": linear.trace(linear.product(p.precision, q.covariance))}
    if way.means:
        distance = tuple(run.operate("-", one, other) for one, other in zip(q.mean, p.mean, strict=True))
        found["mahalanobis"] = linear.dot(distance, linear.applied(p.precision, distance))
    if way.head("q"):
        found["logdet_q"] = run.call("log", linear.determinant(q.covariance))
    if way.head("p"):
        found["logdet_p"] = run.call("log", linear.determinant(p.covariance))
    size = run.number(Fraction(len(q.mean)))
    return found | {"dimensions": size, "constant": run.number(Fraction(1))}


def compared(weights: Mapping[MatrixTerm, FoundNumber]) -> TermWeights | None:
    """The weights beside those of the multiple of a KL that most of them have; None without a majority."""
    signed = [weight * _SIGNS[term] for term, weight in weights.items() if term in _SIGNS]
    positive = [weight for weight in signed if weight > 0]
    if not positive:
        return None
    half = max(positive, key=lambda weight: (signed.count(weight), weight == Fraction(1, 2)))
    if signed.count(half) < max(2, len(signed) - _MOST_OFF):
        return None
    return TermWeights(weights, {term: half * _SIGNS.get(term, 0) for term in weights})

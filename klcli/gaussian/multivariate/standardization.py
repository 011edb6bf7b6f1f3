"""Two Gaussians in the coordinates in which the prior is simple, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import prod

from klcli.errors import KlcliError
from klcli.formula.value.interval import Interval, Intervals
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.matrices.forms_and_sizes import FORMS
from klcli.gaussian.matrices.rational_matrices import Factor, Rational, factor, product, solved, transpose
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Standardized:
    """With S = R D R^T for both: x = mu_q + R_q D_q^(1/2) z is R_p^-1 (x - mu_p) = M D_q^(1/2) z + offset.

    R is unit triangular: L for a covariance L D L^T, and L^-T for a precision matrix L D^-1 L^T.

    Attributes:
        mixing: M = R_p^-1 R_q.
        offset: R_p^-1 (mu_q - mu_p).
        pivots_q: D_q.
        pivots_p: D_p.
    """

    mixing: Rational
    offset: tuple[Fraction, ...]
    pivots_q: tuple[Fraction, ...]
    pivots_p: tuple[Fraction, ...]

    @property
    def equal(self) -> bool:
        """Whether the covariances are the same: M D_q M^T is D_p."""
        size = len(self.mixing)
        return all(
            sum(map(prod, zip(self.mixing[i], self.pivots_q, self.mixing[j], strict=True)))
            == (self.pivots_p[i] if i == j else 0)
            for i in range(size)
            for j in range(i + 1)
        )

    def trace(self, digits: int) -> Interval:
        """tr(S_p^-1 S_q) = sum_ij M_ij^2 D_q,j / D_p,i, all of whose terms are positive."""
        terms = (
            entry * entry * pivot_q / pivot_p
            for row, pivot_p in zip(self.mixing, self.pivots_p, strict=True)
            for entry, pivot_q in zip(row, self.pivots_q, strict=True)
        )
        return _sum(terms, digits)

    def square(self, digits: int) -> Interval:
        """The squared Mahalanobis distance of the means."""
        terms = (entry * entry / pivot for entry, pivot in zip(self.offset, self.pivots_p, strict=True))
        return _sum(terms, digits)

    def log_determinant(self, digits: int) -> Interval:
        """log(|S_q| / |S_p|)."""
        ratio = Fraction(1)
        for pivot_q, pivot_p in zip(self.pivots_q, self.pivots_p, strict=True):
            ratio *= pivot_q / pivot_p
        run = Intervals(digits)
        return run.call("log", run.number(ratio))


def standardized(q: Gaussian[Covariance], p: Gaussian[Covariance]) -> Standardized | None:
    """Both in the coordinates of the prior; None where the posterior is singular.

    Raises:
        KlcliError: a singular prior.
    """
    root = _root(q.spread)
    distance = (mean_q - mean_p for mean_q, mean_p in zip(q.mean, p.mean, strict=True))
    if root is None:
        _whitened(p.spread, tuple((gap,) for gap in distance))
        return None
    right = tuple((*row, gap) for row, gap in zip(root[0], distance, strict=True))
    found, pivots = _whitened(p.spread, right)
    return Standardized(tuple(row[:-1] for row in found), tuple(row[-1] for row in found), root[1], pivots)


def _root(q: Covariance) -> tuple[Rational, tuple[Fraction, ...]] | None:
    """R and D of the posterior; None where it is singular."""
    found = factor(q.symmetric())
    if isinstance(found, int):
        return None
    if q.form != "precision-matrix":
        return _lower(found), found.pivots
    size = q.dimension
    unit = tuple(tuple(Fraction(i == j) for j in range(size)) for i in range(size))
    return transpose(solved(q.symmetric(), unit)), tuple(1 / pivot for pivot in found.pivots)


def _whitened(p: Covariance, right: Rational) -> tuple[Rational, tuple[Fraction, ...]]:
    """R^-1 times a matrix, and D, of the prior."""
    symmetric = p.symmetric()
    found = factor(symmetric)
    if isinstance(found, int):
        raise KlcliError(
            f"the prior's {FORMS[p.form]} is singular: its leading minor of order {found} is 0",
            "KL(q || p) needs a prior with a density; leave the dependent dimension out",
        )
    if p.form == "precision-matrix":
        return product(transpose(_lower(found)), right), tuple(1 / pivot for pivot in found.pivots)
    return solved(symmetric, right), found.pivots


def _lower(found: Factor) -> Rational:
    """The unit lower triangular L, whose columns are the eliminated rows over their pivots."""
    size = len(found.rows)
    return tuple(
        tuple(Fraction(found.rows[j][i], found.rows[j][j]) if j <= i else Fraction(0) for j in range(size))
        for i in range(size)
    )


def _sum(terms: Iterable[Fraction], digits: int) -> Interval:
    run = Intervals(digits)
    total = run.number(Fraction(0))
    for term in terms:
        total = run.operate("+", total, run.number(term))
    return total

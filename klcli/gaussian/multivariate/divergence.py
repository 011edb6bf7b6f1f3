"""KL(q || p) of Gaussians with full covariances, with the parts that textbooks name.

With d dimensions (Kullback, Information Theory and Statistics, 1959, chapter 9):

    spread = 1/2 (tr(S_p^-1 S_q) - d - log(|S_q| / |S_p|))
    shift  = 1/2 (mu_q - mu_p)^T S_p^-1 (mu_q - mu_p)

Small matrices are treated exactly, and every number is the double nearest to its value; for larger ones
see `klcli.gaussian.multivariate.whitening`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import inf, isinf, log
from typing import Literal, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.interval import Interval, Intervals, nearest_double, rounded
from klcli.gaussian.divergence import Unit
from klcli.gaussian.multivariate.distribution import FORMS, MOST_EXACT, MultivariateGaussian
from klcli.gaussian.multivariate.exact import Standardized, standardized

__all__ = ["MatrixForm", "divergence", "divergence_digits"]

Enclosure: TypeAlias = Callable[[int], Interval]
_NEAREST = 2.0**-53

Method: TypeAlias = Literal["exact arithmetic", "whitening with exact products"]

_IN_FLOATS: Method = "whitening with exact products"
_SINGULAR = "the posterior's {} is singular: q has no density where p has one"


@dataclass(frozen=True, slots=True)
class MatrixForm:
    """The closed form for matrices: KL = spread + shift, in the unit that was asked for.

    Attributes:
        value: KL(q || p); inf for a singular posterior.
        spread: the part that depends on the covariances only.
        shift: the part that the means add.
        trace: tr(S_p^-1 S_q), a pure number as are the next two; None beside an infinite value.
        log_determinant: log(|S_q| / |S_p|).
        mahalanobis: (mu_q - mu_p)^T S_p^-1 (mu_q - mu_p).
        dimension: d.
        method: in which arithmetic.
        error: a bound on the relative error of the value.
        reason: why the value is infinite, if it is.
    """

    value: float
    spread: float
    shift: float | None
    trace: float | None
    log_determinant: float | None
    mahalanobis: float | None
    dimension: int
    method: Method
    error: float
    reason: str = ""


def divergence(q: MultivariateGaussian, p: MultivariateGaussian, unit: Unit = "nats") -> MatrixForm:
    """KL(q || p) with its parts.

    Raises:
        KlcliError: different dimensions, a singular prior, a value beyond the doubles.
    """
    if q.dimension != p.dimension:
        raise KlcliError(
            f"the posterior has {q.dimension} dimensions and the prior {p.dimension}",
            "give both the same size",
        )
    found = _exactly(q, p, unit) if q.is_exact else _in_floats(q, p, unit)
    if isinf(found.value) and not found.reason:
        raise KlcliError(
            "KL(q || p) is beyond the doubles (1.8e308); nothing could check it",
            "are the matrices in the same units?",
        )
    return found


def divergence_digits(
    q: MultivariateGaussian, p: MultivariateGaussian, digits: int, unit: Unit = "nats"
) -> Decimal:
    """KL(q || p) rounded to `digits` significant decimal digits.

    Raises:
        KlcliError: matrices too large for exact arithmetic, a singular posterior.
    """
    if not q.is_exact:
        raise KlcliError(
            f"--digits needs exact arithmetic, which ends at {MOST_EXACT} dimensions", "leave --digits out"
        )
    both = standardized(q, p)
    if both is None:
        raise KlcliError("an infinite KL has no digits", "leave --digits out")
    return rounded(_whole(both, unit), digits)


def _exactly(q: MultivariateGaussian, p: MultivariateGaussian, unit: Unit) -> MatrixForm:
    both = standardized(q, p)
    if both is None:
        return _infinite(q, "exact arithmetic")
    return MatrixForm(
        nearest_double(_whole(both, unit)),
        nearest_double(partial(_spread, both, unit)),
        nearest_double(partial(_shift, both, unit)),
        nearest_double(both.trace),
        nearest_double(both.log_determinant),
        nearest_double(both.square),
        q.dimension,
        "exact arithmetic",
        _NEAREST,
    )


def _whole(both: Standardized, unit: Unit) -> Enclosure:
    def enclosure(digits: int) -> Interval:
        return Intervals(digits).operate("+", _spread(both, unit, digits), _shift(both, unit, digits))

    return enclosure


def _spread(both: Standardized, unit: Unit, digits: int) -> Interval:
    run = Intervals(digits)
    if both.equal:
        return run.number(Fraction(0))
    above = run.operate("-", both.trace(digits), run.number(Fraction(len(both.offset))))
    found = _in_unit(run.operate("-", above, both.log_determinant(digits)), unit, run)
    return Interval(max(found.low, Decimal(0)), found.high)


def _shift(both: Standardized, unit: Unit, digits: int) -> Interval:
    return _in_unit(both.square(digits), unit, Intervals(digits))


def _in_unit(double_nats: Interval, unit: Unit, run: Intervals) -> Interval:
    """Half of a number of nats, in the unit."""
    halved = run.operate("*", double_nats, run.number(Fraction(1, 2)))
    if unit == "nats":
        return halved
    return run.operate("/", halved, run.call("log", run.number(Fraction(2))))


def _infinite(q: MultivariateGaussian, method: Method) -> MatrixForm:
    reason = _SINGULAR.format(FORMS[q.form])
    return MatrixForm(inf, inf, None, None, None, None, q.dimension, method, 0.0, reason)


def _in_floats(q: MultivariateGaussian, p: MultivariateGaussian, unit: Unit) -> MatrixForm:
    from klcli.gaussian.multivariate.floats import whitened

    found = whitened(q, p)
    if found is None:
        return _infinite(q, _IN_FLOATS)
    nats = log(2) if unit == "bits" else 1.0
    spread, shift = found.spread / nats, found.square / 2 / nats
    return MatrixForm(
        spread + shift,
        spread,
        shift,
        found.trace + q.dimension,
        found.log_determinant,
        found.square,
        q.dimension,
        _IN_FLOATS,
        found.error if unit == "nats" else found.error + 2 * _NEAREST,
    )

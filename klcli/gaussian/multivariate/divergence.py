"""KL(q || p) of Gaussians with full covariances, with the parts that textbooks name.

With d dimensions (Kullback, Information Theory and Statistics, 1959, chapter 9):

    spread = 1/2 (tr(S_p^-1 S_q) - d - log(|S_q| / |S_p|))
    shift  = 1/2 (mu_q - mu_p)^T S_p^-1 (mu_q - mu_p)

Small matrices are treated exactly, and every number is the double nearest to its value; for larger ones
see `klcli.gaussian.multivariate.whitening`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import inf, isinf

from klcli.errors import KlcliError
from klcli.formula.value.interval import Interval, Intervals, nearest_double, rounded
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm, Enclosure, Unit, in_bits
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.matrices.forms_and_sizes import FORMS, MOST_EXACT
from klcli.gaussian.multivariate.standardization import Standardized, standardized

_EXACT, _IN_FLOATS = "exact arithmetic", "whitening with exact products"
_SINGULAR = "the posterior's {} is singular: q has no density where p has one"


def divergence(q: Gaussian[Covariance], p: Gaussian[Covariance], unit: Unit = "nats") -> ClosedForm:
    """KL(q || p) with its parts.

    Args:
        q: the posterior.
        p: the prior.
        unit: of the value: nats or bits.

    Raises:
        KlcliError: different dimensions, a singular prior, a value beyond the doubles.
    """
    if q.dimension != p.dimension:
        raise KlcliError(
            f"the posterior has {q.dimension} dimensions and the prior {p.dimension}",
            "give both the same size",
        )
    found = _exactly(q, p, unit) if q.spread.is_exact else _in_floats(q, p, unit)
    if isinf(found.value) and not found.reason:
        raise KlcliError(
            "KL(q || p) is beyond the doubles (1.8e308); nothing could check it",
            "are the matrices in the same units?",
        )
    return found


def divergence_digits(
    q: Gaussian[Covariance], p: Gaussian[Covariance], digits: int, unit: Unit = "nats"
) -> Decimal:
    """KL(q || p) rounded to `digits` significant decimal digits.

    Args:
        q: the posterior.
        p: the prior.
        digits: how many significant digits.
        unit: of the value: nats or bits.

    Raises:
        KlcliError: matrices too large for exact arithmetic, a singular posterior.
    """
    if not q.spread.is_exact:
        raise KlcliError(
            f"--digits needs exact arithmetic, which ends at {MOST_EXACT} dimensions", "leave --digits out"
        )
    both = standardized(q, p)
    if both is None:
        raise KlcliError("an infinite KL has no digits", "leave --digits out")
    return rounded(_whole(both, unit), digits)


def _exactly(q: Gaussian[Covariance], p: Gaussian[Covariance], unit: Unit) -> ClosedForm:
    both = standardized(q, p)
    if both is None:
        return _infinite(q, _EXACT)
    return ClosedForm(
        nearest_double(_whole(both, unit)),
        nearest_double(partial(_spread, both, unit)),
        nearest_double(partial(_shift, both, unit)),
        dimension=q.dimension,
        trace=nearest_double(both.trace),
        log_determinant=nearest_double(both.log_determinant),
        mahalanobis=nearest_double(both.square),
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


def _infinite(q: Gaussian[Covariance], method: str) -> ClosedForm:
    reason = _SINGULAR.format(FORMS[q.spread.form])
    return ClosedForm(inf, inf, dimension=q.dimension, method=method, error=0.0, reason=reason)


def _in_floats(q: Gaussian[Covariance], p: Gaussian[Covariance], unit: Unit) -> ClosedForm:
    from klcli.gaussian.multivariate.sums_of_floats import whitened

    found = whitened(q, p)
    if found is None:
        return _infinite(q, _IN_FLOATS)
    spread, shift = found.spread, found.square / 2
    whole = ClosedForm(
        spread + shift,
        spread,
        shift,
        dimension=q.dimension,
        trace=found.trace + q.dimension,
        log_determinant=found.log_determinant,
        mahalanobis=found.square,
        method=_IN_FLOATS,
        error=found.error,
    )
    return in_bits(whole) if unit == "bits" else whole

"""KL(q || p) of any two Gaussians: term by term where both have heads, as matrices where one has one."""

from __future__ import annotations

from decimal import Decimal

from klcli.errors import KlcliError
from klcli.gaussian import diagonal_divergence as independent
from klcli.gaussian.distribution import AnyGaussian, has_heads
from klcli.gaussian.divergence_result import ClosedForm, Unit, known_unit


def divergence(q: AnyGaussian, p: AnyGaussian, unit: Unit = "nats") -> ClosedForm:
    """KL(q || p) with its terms, each the double nearest to its exact value as far as arithmetic is exact.

    Args:
        q: the posterior.
        p: the prior.
        unit: of the value: nats or bits.

    Raises:
        KlcliError: different dimensions, a singular prior, or a value beyond the doubles.
    """
    if has_heads(q) and has_heads(p):
        return independent.divergence(q, p, known_unit(unit))
    from klcli.gaussian.multivariate import divergence as multivariate

    return multivariate.divergence(q.with_covariance(), p.with_covariance(), known_unit(unit))


def divergence_digits(q: AnyGaussian, p: AnyGaussian, digits: int, unit: Unit = "nats") -> Decimal:
    """KL(q || p) rounded to `digits` significant decimal digits, at any magnitude.

    Args:
        q: the posterior.
        p: the prior.
        digits: how many significant digits.
        unit: of the value: nats or bits.

    Raises:
        KlcliError: different dimensions, digits that cannot be had, or no such unit.
    """
    if digits < 1:
        raise KlcliError(f"a number has 1 digit or more, not {digits}", "for example 50")
    known_unit(unit)
    if has_heads(q) and has_heads(p):
        return independent.divergence_digits(q, p, digits, unit)
    from klcli.gaussian.multivariate import divergence as multivariate

    return multivariate.divergence_digits(q.with_covariance(), p.with_covariance(), digits, unit)

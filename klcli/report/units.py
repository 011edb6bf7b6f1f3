"""Results in the unit that was asked for: they are found in nats, and become bits here and nowhere else.

A value of exact arithmetic is rounded once, in its unit; every other is divided by log 2.
"""

from __future__ import annotations

from math import isinf, log
from typing import TYPE_CHECKING

from klcli.gaussian.distribution import AnyGaussian, Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.divergence_result import ClosedForm, Unit, in_bits
from klcli.values import replace
from klcli.witness.examination import Examination
from klcli.witness.witness import Witness

if TYPE_CHECKING:
    from klcli.gaussian.priors.bounds import Bound
    from klcli.gaussian.priors.other_prior import OtherPrior
    from klcli.witness.side_by_side import EstimatorComparison

_SAME = 2.0**-50
"""Relative error of two roundings, a product and the double of log 2, with a margin."""


def nats_of(unit: Unit) -> float:
    """How many nats the unit is."""
    return log(2) if unit == "bits" else 1.0


def examination_in(
    unit: Unit, found: Examination, q: AnyGaussian, p: AnyGaussian | OtherPrior
) -> Examination:
    """An examination of KL(q || p) in a unit.

    Args:
        unit: that is wanted.
        found: the examination, in nats.
        q: the posterior.
        p: the prior.

    Raises:
        RuntimeError: the exact value in this unit is another than the one that was examined, which would be
            an error in klcli.
    """
    if unit == "nats":
        return found
    target = found.target
    return replace(
        found,
        closed_form=found.closed_form and _closed_form_in(unit, found.closed_form, q, p),
        integral=found.integral and _witness_in(unit, found.integral),
        monte_carlo=found.monte_carlo and _witness_in(unit, found.monte_carlo),
        bounds=tuple(_bound_in(unit, bound) for bound in found.bounds),
        target=target and replace(target, standard_error=target.standard_error / nats_of(unit)),
    )


def comparison_in(unit: Unit, found: EstimatorComparison) -> EstimatorComparison:
    """An estimator among the others in a unit."""
    return found if unit == "nats" else replace(found, witness=_witness_in(unit, found.witness))


def _closed_form_in(unit: Unit, found: ClosedForm, q: AnyGaussian, p: AnyGaussian | OtherPrior) -> ClosedForm:
    if isinf(found.value):
        return found
    if not isinstance(p, Gaussian) or not q.spread.is_exact:
        return in_bits(found)
    rounded = divergence(q, p, unit)
    if abs(rounded.value * nats_of(unit) - found.value) > _SAME * found.value:
        raise RuntimeError(f"{rounded.value} {unit} are not the {found.value} nats that were examined")
    return rounded


def _witness_in(unit: Unit, found: Witness) -> Witness:
    nats, interval = nats_of(unit), found.interval
    return replace(
        found,
        value=found.value / nats,
        standard_error=None if found.standard_error is None else found.standard_error / nats,
        interval=interval and (interval[0] / nats, interval[1] / nats),
        bias=None if found.bias is None else found.bias / nats,
        rounding=found.rounding / nats,
    )


def _bound_in(unit: Unit, found: Bound) -> Bound:
    return replace(found, value=found.value / nats_of(unit), rounding=found.rounding / nats_of(unit))

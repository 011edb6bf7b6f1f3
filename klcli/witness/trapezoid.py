"""The KL of Gaussians by the trapezoid rule, which knows no closed form and needs no random number.

The rule converges faster than any power of its step on such integrands (Trefethen and Weideman, SIAM Review
56, 2014). A prior that is less smooth than q asks for `klcli.witness.adaptive_quadrature`.
"""

from __future__ import annotations

from math import pi
from sys import float_info

from klcli.gaussian.distribution import Gaussian, log_density
from klcli.gaussian.heads import Heads
from klcli.gaussian.log_ratio import LogRatio, in_units, log_ratios
from klcli.witness.estimate import Estimate

_FINE, _FAR = 16, 14
"""Of one dimension: nodes a standard deviation, and standard deviations to each side. What q has beyond is
1e-44, and the log ratio grows with the square of the distance alone: rounding is all that is left."""
_PER_SIGMA, _REACH = 2, 9
"""Nodes a standard deviation and standard deviations: the trapezoid rule on a Gaussian errs by e^-79 at
this step, and 2e-19 of it is beyond."""


def integrals(q: Gaussian[Heads], p: Gaussian[Heads]) -> tuple[Estimate, ...]:
    """KL(q || p) in nats of each dimension by the trapezoid rule.

    449 points of step sigma_q/16, 14 sigma_q to each side. The rule converges faster than any power of
    the step on such integrands (Trefethen and Weideman, SIAM Review 56, 2014), so that rounding is all
    that is left.
    """
    import numpy

    z = numpy.arange(-_FAR * _FINE, _FAR * _FINE + 1) / _FINE
    weight = numpy.exp(log_density(z, 0.0)) / _FINE
    found = []
    for pair in log_ratios(q, p):
        at, unit = in_units(pair)
        # what exceeds the largest double by rounding is known to be no more than that
        average = min(float(weight @ at(z.copy())), float_info.max / unit)
        found.append(Estimate(average * unit, 0.0, pair.rounding(), "trapezoid rule", len(z)))
    return tuple(found)


def integral_of_scores(ratio: LogRatio) -> Estimate:
    """The expectation of the log ratio in nats by the trapezoid rule on a grid of scores.

    Steps of half a standard deviation, 9 to each side: the rule's error falls like exp(-2 (pi/h)^2) with
    its step h on such integrands, to 1e-34 here (Trefethen and Weideman, SIAM Review 56, 2014).
    """
    import numpy

    axis = numpy.arange(-_REACH * _PER_SIGMA, _REACH * _PER_SIGMA + 1) / _PER_SIGMA
    grid = numpy.stack(numpy.meshgrid(*[axis] * ratio.dimension, indexing="ij"), axis=-1)
    z = grid.reshape(-1, ratio.dimension)
    weight = numpy.exp(-0.5 * numpy.einsum("ij,ij->i", z, z))
    weight *= (2 * pi) ** (-ratio.dimension / 2) / _PER_SIGMA**ratio.dimension
    value = float(numpy.sum(weight * ratio.at(z)))
    return Estimate(value, 0.0, ratio.rounding(), "trapezoid rule", len(z))

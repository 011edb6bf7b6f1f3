"""Checks the steps of a derivation with numbers: against each other at probe points, and at the input.

A step is a formula in the symbols of `point`; in several dimensions it is a sum over j, whose symbols
have the names that `indexed` gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from klcli.formula.read.math_parser import known
from klcli.formula.tree import Call, Tree
from klcli.formula.value.arithmetic import Arithmetic, Decimals, evaluate
from klcli.formula.value.interval import Interval, Intervals, UndecidedError, nearest_double
from klcli.gaussian.derivation_step import DIGITS, are_same
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization

_EXTREME = 1000.0
"""Of log sigma: e^1000 is far beyond the doubles."""
_MOST_DIGITS, _FEW_DIGITS = 700, 200
"""What a value may take: 640 digits tell x from a mean where both and the scale are doubles. Where log
sigma is beyond `_EXTREME` a step has a value with few of them, or none at all."""

PROBES = (
    ("0.3", "1.2", "-0.7", "0.625"),
    ("-1.18", "0.22", "0.89", "2.875"),
    ("9.7", "7.75", "0.027", "0.96"),
)
"""mu_1, s, mu_2, sigma_2 at which steps are compared; heads that every parameterization admits."""

_LOG_DENSITY = "-1/2 log(2 pi sigma_{0}^2) - (x - mu_{0})^2/(2 sigma_{0}^2)"
"""The logarithm of q(x) with the index 1, and of p(x) with 2."""


def indexed(name: str) -> str:
    """The name of a symbol in dimension j: ``mu`` is ``mu_j``, ``mu_1`` is ``mu_1j``."""
    return f"{name}j" if "_" in name else f"{name}_j"


def first_unequal(
    steps: Sequence[Tree], reading: Parameterization, *, standard: bool, several: bool
) -> int | None:
    """The number of the first step that does not equal the one before at a probe point, to 40 of 50 digits.

    Args:
        steps: the formulas, without numbers.
        reading: of the posterior's head.
        standard: whether they hold for the prior N(0, 1) only.
        several: whether they are sums over the dimensions j.
    """
    run = Decimals(DIGITS)
    probes = [_probe(texts, reading, standard, run) for texts in PROBES]
    for probe in [_vector(probes)] if several else probes:
        values: list[Decimal] = [evaluate(step, probe, run) for step in steps]
        for number in range(1, len(values)):
            if not are_same(values[number - 1], values[number]):
                return number
    return None


def value_at(step: Tree, q: Gaussian[Heads], p: Gaussian[Heads]) -> float | None:
    """The value of a step at the input, correctly rounded; None where the digits do not suffice for it.

    The densities q and p themselves have no value here: they can be too small for any arithmetic where
    their logarithms are not.

    Args:
        step: a formula of the derivation.
        q: the posterior.
        p: the prior, in as many dimensions.
    """
    extreme = max(map(abs, (*q.spread.log_sigma(), *p.spread.log_sigma()))) > _EXTREME

    def enclosure(digits: int) -> Interval:
        run = Intervals(digits)
        points = [
            point(tuple(map(run.number, row)), q.spread.parameterization, p.spread.parameterization, run)
            for row in zip(q.mean, q.spread.head, p.mean, p.spread.head, strict=True)
        ]
        found: Interval = evaluate(step, _vector(points) if q.dimension > 1 else points[0], run)
        return found

    try:
        return nearest_double(enclosure, most=_FEW_DIGITS if extreme else _MOST_DIGITS)
    except UndecidedError:
        return None
    except ArithmeticError:
        if extreme:
            return None
        raise


def _probe(
    texts: tuple[str, str, str, str], reading: Parameterization, standard: bool, run: Arithmetic[Any]
) -> dict[str, Any]:
    mean, head, prior_mean, prior_sigma = map(Fraction, texts)
    if standard:
        prior_mean, prior_sigma = Fraction(0), Fraction(1)
    numbers = tuple(map(run.number, (mean, head, prior_mean, prior_sigma)))
    return with_densities(point(numbers, reading, PARAMETERIZATIONS["std"], run), run)


def with_densities(values: dict[str, Any], run: Arithmetic[Any]) -> dict[str, Any]:
    """The point with the values of q and p at every x."""
    densities = {}
    for name, index in (("q", "1"), ("p", "2")):
        density = Call("exp", known(_LOG_DENSITY.format(index)))
        densities[name] = tuple(evaluate(density, values | {"x": x}, run) for x in values["x"])
    return values | densities


def point(
    numbers: tuple[Any, ...],
    reading: Parameterization,
    prior_reading: Parameterization,
    run: Arithmetic[Any],
) -> dict[str, Any]:
    """A value for every symbol of the steps of one dimension, but for the densities q and p.

    The expectation is exact for the quadratic polynomials that stand in it: x takes the nodes of the
    three-point Gauss-Hermite rule, the middle one four times, which makes all weights equal.

    Args:
        numbers: mean and head of q, mean and head of p.
        reading: of the head of q.
        prior_reading: of the head of p.
        run: the arithmetic of the numbers.
    """
    mean, head, prior_mean, prior_head = numbers
    sigma = evaluate(reading.sigma, {"s": head}, run)
    prior_sigma = evaluate(prior_reading.sigma, {"s": prior_head}, run)
    # The nodes of the rule are the mean, and sqrt(3) sigma to both sides of it.
    reach = run.operate("*", run.call("sqrt", run.number(Fraction(3))), sigma)
    nodes = (run.operate("-", mean, reach), *[mean] * 4, run.operate("+", mean, reach))
    names = {"mu": mean, "mu_1": mean, "mu_2": prior_mean, "s": head, "x": nodes}
    return names | {"sigma": sigma, "sigma_1": sigma, "sigma_2": prior_sigma}


def _vector(points: list[dict[str, Any]]) -> dict[str, Any]:
    """The points of several dimensions as one, in the names of the sum over j."""
    return {indexed(name): tuple(point[name] for point in points) for name in points[0]}

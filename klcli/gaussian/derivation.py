"""The closed form reached step by step, from the definition to the form in the head's own number.

Each step is a formula tree with the rule that leads to it. Before a derivation is handed out, every step
is evaluated at probe points to 50 digits and compared with the one before, so that none is shown that
does not hold there. That the steps hold everywhere is proved with sympy in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from klcli.formula.arithmetic import Arithmetic, Decimals, evaluate
from klcli.formula.interval import Interval, Intervals, enclose, nearest_double
from klcli.formula.notation import parse
from klcli.formula.numeral import decimal_text
from klcli.formula.printing import to_text
from klcli.formula.tree import Call, Reduction, Symbol, Tree, free_symbols, number, operation, substitute
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit, divergence, per_unit
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization

__all__ = ["Derivation", "Step", "derive"]

_DIGITS = 50
_TOLERANCE = Decimal("1e-40")
_MOST_NUMBERS = 3
"""Dimensions up to which the numbers of each are written out."""

_PROBES = (
    ("0.3", "1.2", "-0.7", "0.625"),
    ("-1.18", "0.22", "0.89", "2.875"),
    ("9.7", "7.75", "0.027", "0.96"),
)
"""mu_1, s, mu_2, s_2 at which steps are compared; heads that every parameterization admits."""

_DENSITIES = {
    index: parse(f"-1/2 log(2 pi sigma_{index}^2) - (x - mu_{index})^2/(2 sigma_{index}^2)") for index in "12"
}
_DEFINITION = parse("E_q[log q - log p]")
_COLLECTED = parse("log(sigma_2/sigma_1) + E_q[(x - mu_2)^2]/(2 sigma_2^2) - E_q[(x - mu_1)^2]/(2 sigma_1^2)")
_GENERAL = parse("log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2")
_UNIT_PRIOR = parse("log(1/sigma_1) + (sigma_1^2 + mu_1^2)/2 - 1/2")
_FACTORED = parse("-1/2 (2 log sigma - sigma^2 - mu^2 + 1)")
_FACTORED_GENERAL = parse(
    "-1/2 (2 log(sigma_1/sigma_2) - sigma_1^2/sigma_2^2 - (mu_1 - mu_2)^2/sigma_2^2 + 1)"
)
_IN_HEAD = parse("-1/2 (l - v - mu^2 + 1)")
_IN_HEAD_GENERAL = parse("-1/2 (l - log sigma_2^2 - v/sigma_2^2 - (mu_1 - mu_2)^2/sigma_2^2 + 1)")


@dataclass(frozen=True, slots=True)
class Step:
    """One formula of a derivation.

    Attributes:
        rule: what leads to it from the step before.
        tree: the formula.
        value: its value at the input, correctly rounded.
        essential: whether a short derivation keeps it.
    """

    rule: str
    tree: Tree
    value: float = 0.0
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Derivation:
    """Steps that were found equal, each to the one before.

    Attributes:
        steps: from the definition to the numbers.
        probes: the number of points at which they were compared.
        digits: the digits of that comparison.
    """

    steps: tuple[Step, ...]
    probes: int
    digits: int

    def short(self) -> Derivation:
        """The same with its essential steps only."""
        return replace(self, steps=tuple(step for step in self.steps if step.essential))


def derive(q: Gaussian, p: Gaussian, unit: Unit = "nats") -> Derivation:
    """The derivation of KL(q || p), with the value of each step.

    In more than one dimension every step is a sum over the dimensions j.

    Raises:
        KlcliError: a value beyond the doubles.
        RuntimeError: a step does not equal the one before, which would be an error in this module.
    """
    standard = _is_standard(p)
    of_one = _symbolic_steps(q.parameterization, standard)
    steps = [
        replace(step, tree=per_unit(_summed(step.tree) if q.dimension > 1 else step.tree, unit))
        for step in of_one
    ]
    probes = [_probe(probe, q.parameterization, standard) for probe in _PROBES]
    for point in [_vector(probes)] if q.dimension > 1 else probes:
        _check(steps, point)
    if q.dimension <= _MOST_NUMBERS:
        steps.append(Step("numbers put in", per_unit(_with_numbers(of_one[-1].tree, q, p), unit)))
    value = divergence(q, p, unit).value
    for step in steps[1:]:
        _check_value(step, q, p, value)
    return Derivation(tuple(replace(step, value=value) for step in steps), len(_PROBES), _DIGITS)


def _symbolic_steps(reading: Parameterization, standard: bool) -> list[Step]:
    """The steps for one dimension; `standard` says that the prior is N(0, 1)."""
    written_out = operation("-", _DENSITIES["1"], _DENSITIES["2"])
    head = f"the head s is {reading.meaning}: sigma{'' if standard else '_1'} = {to_text(reading.sigma)}"
    in_head = {"l": reading.log_variance, "v": reading.variance}
    steps = [
        Step("definition", _DEFINITION),
        Step("log densities written out", Reduction("E", "q", written_out), essential=False),
        Step("2 pi cancels, logarithms and expectations collected", _COLLECTED, essential=False),
        Step("moments of q: E_q[(x - m)^2] = sigma_1^2 + (mu_1 - m)^2", _GENERAL),
    ]
    if not standard:
        return [
            *steps,
            Step("-1/2 factored out", _FACTORED_GENERAL, essential=False),
            Step(head, substitute(_IN_HEAD_GENERAL, in_head)),
        ]
    return [
        *steps,
        Step("unit prior: mu_2 = 0, sigma_2 = 1", _UNIT_PRIOR, essential=False),
        Step("-1/2 factored out, the index left out", _FACTORED),
        Step(head, substitute(_IN_HEAD, in_head)),
    ]


def _with_numbers(tree: Tree, q: Gaussian, p: Gaussian) -> Tree:
    """The form of one dimension with the numbers put in, once for each dimension, added up."""
    terms = []
    for mean, head, prior_mean, prior_head in zip(q.mean, q.head, p.mean, p.head, strict=True):
        mu, prior_sigma = _numeral(mean), substitute(p.parameterization.sigma, {"s": _numeral(prior_head)})
        numbers = {"mu": mu, "mu_1": mu, "s": _numeral(head), "mu_2": _numeral(prior_mean)}
        terms.append(substitute(tree, numbers | {"sigma_2": prior_sigma}))
    return reduce(partial(operation, "+"), terms)


def _numeral(value: Fraction) -> Tree:
    shown = decimal_text(abs(value))
    return number(value, "" if shown.isdigit() or "/" in shown else shown)


def _summed(tree: Tree) -> Tree:
    """A term of one dimension as the sum over the dimensions j."""
    of_dimension = {name: Symbol(_indexed(name)) for name in free_symbols(tree)}
    return Reduction("sum", "j", substitute(tree, of_dimension))


def _indexed(name: str) -> str:
    return f"{name}j" if "_" in name else f"{name}_j"


def _is_standard(p: Gaussian) -> bool:
    """Whether the prior is exactly N(0, 1) in every dimension."""
    if any(p.mean):
        return False
    variances = (enclose(p.parameterization.variance, {"s": head}, _DIGITS) for head in p.head)
    return all(found.low == found.high == 1 for found in variances)


def _probe(probe: tuple[str, str, str, str], reading: Parameterization, standard: bool) -> dict[str, Any]:
    mean, head, prior_mean, prior_sigma = map(Fraction, probe)
    if standard:
        prior_mean, prior_sigma = Fraction(0), Fraction(1)
    run = Decimals(_DIGITS)
    point = _point(mean, head, prior_mean, prior_sigma, reading, PARAMETERIZATIONS["std"], run)
    return _with_densities(point, run)


def _point(
    mean: Fraction,
    head: Fraction,
    prior_mean: Fraction,
    prior_head: Fraction,
    reading: Parameterization,
    prior_reading: Parameterization,
    run: Arithmetic[Any],
) -> dict[str, Any]:
    """A value for every symbol of the steps of one dimension but the densities q and p themselves.

    The expectation is exact for the quadratic polynomials that stand in it: x takes the nodes of the
    three-point Gauss-Hermite rule, the middle one four times, which makes all weights equal.
    """
    value = {"mu_1": mean, "s": head, "mu_2": prior_mean, "s_2": prior_head}
    point: dict[str, Any] = {name: run.number(exact) for name, exact in value.items()}
    point["sigma_1"] = evaluate(reading.sigma, {"s": point["s"]}, run)
    point["sigma_2"] = evaluate(prior_reading.sigma, {"s": point["s_2"]}, run)
    point |= {"mu": point["mu_1"], "sigma": point["sigma_1"]}
    reach = run.operate("*", run.call("sqrt", run.number(Fraction(3))), point["sigma_1"])
    middle = point["mu_1"]
    point["x"] = (run.operate("-", middle, reach), *[middle] * 4, run.operate("+", middle, reach))
    return point


def _with_densities(point: dict[str, Any], run: Arithmetic[Any]) -> dict[str, Any]:
    """The point with the values of q and p at every x."""
    found = {}
    for name, index in (("q", "1"), ("p", "2")):
        density = Call("exp", _DENSITIES[index])
        found[name] = tuple(evaluate(density, point | {"x": x}, run) for x in point["x"])
    return point | found


def _vector(points: list[dict[str, Any]]) -> dict[str, Any]:
    """The points of several dimensions as one, in the names of the sum over j."""
    return {_indexed(name): tuple(point[name] for point in points) for name in points[0]}


def _check(steps: list[Step], point: Mapping[str, Any]) -> None:
    """Compare every step with the one before."""
    arithmetic = Decimals(_DIGITS)
    values = [evaluate(step.tree, point, arithmetic) for step in steps]
    for step, before, after in zip(steps[1:], values, values[1:], strict=False):
        if abs(after - before) > _TOLERANCE * max(abs(before), 1):
            raise RuntimeError(f"the step '{step.rule}' gives {after:.6g} after {before:.6g}")


def _check_value(step: Step, q: Gaussian, p: Gaussian, value: float) -> None:
    """Compare the correctly rounded value of a step at the input with that of the divergence.

    The definition is left out: q(x) and p(x) can be too small for any arithmetic where their logarithms
    are not.
    """

    def enclosure(digits: int) -> Interval:
        run = Intervals(digits)
        points = [
            _point(*row, q.parameterization, p.parameterization, run)
            for row in zip(q.mean, q.head, p.mean, p.head, strict=True)
        ]
        found: Interval = evaluate(step.tree, _vector(points) if q.dimension > 1 else points[0], run)
        return found

    found = nearest_double(enclosure)
    if found != value:
        raise RuntimeError(f"the step '{step.rule}' gives {found} at the input and not {value}")

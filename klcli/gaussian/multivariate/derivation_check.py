"""Checks the steps of the derivation for matrices against each other, at random Gaussians to 50 digits."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from klcli.formula.read.math_parser import parse_matrices as parse
from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, walk
from klcli.formula.tree import Call, Reduction, Symbol, Tree
from klcli.formula.value.arithmetic import Arithmetic, Decimals, evaluate
from klcli.formula.value.linear_algebra import Linear, transposed
from klcli.formula.value.matrix_points import Evaluator, KindedValue
from klcli.formula.value.symbol_kinds import Manner
from klcli.gaussian.derivation_step import DIGITS, are_same
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.parameterization import Parameterization

PROBES = 3
"""Random Gaussians of each case."""
_DIGITS_HERE = 150
"""At the input, which may be ill-conditioned, or nearly equal to the prior."""
_SLACK = 1e-40
"""The rounding error that a symmetric matrix may show, of numbers with `DIGITS` of 50."""
_GRAIN = 64
"""Random numbers are whole multiples of 1/64: means up to 2, entries of factors up to 1, their diagonals from
1/4 to 2, and variances up to 4, so that no matrix is ill-conditioned."""
_SIZES = {"any": 3, "unit": 3, "diagonal": 3, "one": 1}
"""Latents of each case. 3 is the least number that stands in no step: a 2 for d would be right for two."""
_MANNER = Manner(mathematical=True)
_LOG_DENSITY = "-1/2 (d log(2 pi) + log|Sigma_{0}| + (x - mu_{0})^T Sigma_{0}^-1 (x - mu_{0}))"  # at x
_DENSITIES: Mapping[str, Tree] = {
    name: Call("exp", parse(_LOG_DENSITY.format(index))) for name, index in (("q", 1), ("p", 2))
}

PointValues = Mapping[str, KindedValue[Any]]


def first_unequal(steps: Sequence[tuple[Tree, str]], reading: Parameterization) -> int | None:
    """The number of the first step that does not equal the one before, in its own case.

    Args:
        steps: the formulas, each with its case: ``any``, ``unit``, ``diagonal`` or ``one``.
        reading: of the head ``s`` in one dimension.
    """
    run = Decimals(DIGITS)
    for case, numbers in groupby(range(1, len(steps)), key=lambda number: steps[number][1]):
        probes = [_probe(case, random.Random(seed), reading, run) for seed in range(PROBES)]
        before: list[Any] = []
        for number in numbers:
            before = before or [value_at(steps[number - 1][0], probe, run) for probe in probes]
            after = [value_at(steps[number][0], probe, run) for probe in probes]
            if not all(map(are_same, before, after)):
                return number
            before = after
    return None


def value_at(tree: Tree, values: PointValues, run: Arithmetic[Any]) -> Any:
    """The value of a step, in which expectations of quadratic polynomials are exact.

    x takes the 2 d points mu_1 +- sqrt(d) L e_j with L L^T = Sigma_1, which have the mean and the covariance
    of q.

    Args:
        tree: a formula.
        values: of its symbols.
        run: the arithmetic.
    """
    found = dict(values)

    def visit(node: Tree) -> Tree:
        if not isinstance(node, Reduction):
            return rebuilt(node, list(map(visit, children(node))))
        name = f"reduced_{len(found)}"
        if node.kind == "E":
            number = _expectation(node.body, values, run)
        else:  # a sum over the entries j is no formula of matrices
            number = evaluate(node, {key: value.data for key, value in values.items()}, run)
        found[name] = KindedValue("scalar", number)
        return Symbol(name)

    return _evaluator(found, run).number(visit(tree))


def value_here(tree: Tree, q: Gaussian[Covariance], p: Gaussian[Covariance]) -> float:
    """The value of a step at two Gaussians.

    Args:
        tree: a formula.
        q: the posterior.
        p: the prior.
    """
    run = Decimals(_DIGITS_HERE)
    matrices = []
    for gaussian in (q, p):
        matrix = tuple(tuple(map(run.number, row)) for row in gaussian.spread.symmetric())
        matrices.append(Linear(run).inverse(matrix) if gaussian.spread.form == "precision-matrix" else matrix)
    means = [tuple(map(run.number, gaussian.mean)) for gaussian in (q, p)]
    variances = tuple(row[place] for place, row in enumerate(matrices[0]))
    values = point("any", means, matrices, variances, run.number(Fraction(1)), run)
    return float(value_at(tree, values, run))


def cases_of(q: Gaussian[Covariance], p: Gaussian[Covariance]) -> tuple[str, ...]:
    """The cases that two Gaussians belong to, but for the one of a single dimension."""
    if any(p.mean) or not p.spread.is_identity:
        return ("any",)
    return ("any", "unit", "diagonal") if q.spread.is_diagonal else ("any", "unit")


def is_closed(tree: Tree) -> bool:
    """Whether a step has no expectation left."""
    return not any(isinstance(node, Reduction) and node.kind == "E" for node in walk(tree))


def _expectation(body: Tree, values: PointValues, run: Arithmetic[Any]) -> Any:
    mean, covariance = values["mu_1"].data, values["Sigma_1"].data
    integrand, known = _without_constants(substitute(body, _DENSITIES), values, run)
    lower = transposed(Linear(run).cholesky(covariance, _SLACK))
    reach = run.call("sqrt", run.number(Fraction(len(mean))))
    total = run.number(Fraction(0))
    for column in lower:
        for sign in (1, -1):
            step = run.operate("*", run.number(Fraction(sign)), reach)
            x = tuple(
                run.operate("+", m, run.operate("*", step, entry))
                for m, entry in zip(mean, column, strict=True)
            )
            here = _evaluator({**known, "x": KindedValue("vector", x)}, run).number(integrand)
            total = run.operate("+", total, here)
    return run.operate("/", total, run.number(Fraction(2 * len(mean))))


def _without_constants(tree: Tree, values: PointValues, run: Arithmetic[Any]) -> tuple[Tree, PointValues]:
    """An integrand with a symbol for each part that is the same for all x: inverses and determinants are."""
    found = dict(values)

    def visit(node: Tree) -> Tree:
        if not children(node) or "x" in free_symbols(node):
            return rebuilt(node, list(map(visit, children(node))))
        name = f"constant_{len(found)}"
        found[name] = _evaluator(values, run).value(node)
        return Symbol(name)

    return visit(tree), found


def _evaluator(values: PointValues, run: Arithmetic[Any]) -> Evaluator[Any]:
    return Evaluator(run, _MANNER, len(values["mu_1"].data), values, _SLACK)


def _probe(case: str, source: random.Random, reading: Parameterization, run: Decimals) -> PointValues:
    """Random numbers for every symbol of the steps, in one case."""
    size = _SIZES[case]

    def rational(low: Fraction | int, high: int) -> Any:
        return run.number(Fraction(source.randint(int(low * _GRAIN), high * _GRAIN), _GRAIN))

    # What has to be positive is not near 0, where quotients would take the digits that are to agree.
    least = Fraction(1, 4)
    linear, zero = Linear(run), run.number(Fraction(0))
    means = [tuple(rational(-2, 2) for _ in range(size)) for _ in range(2)]
    factors = [
        tuple(
            tuple(rational(least, 2) if i == j else rational(-1, 1) if j < i else zero for j in range(size))
            for i in range(size)
        )
        for _ in range(2)
    ]
    covariances = [linear.product(factor, transposed(factor)) for factor in factors]
    head = rational(least, 2)
    variances = tuple(rational(least, 4) for _ in range(size))
    if case != "any":
        means[1], covariances[1] = (zero,) * size, linear.identity(size)
    if case == "one":
        variances = (evaluate(reading.variance, {"s": head}, run),)
    if case in ("diagonal", "one"):
        covariances[0] = _diagonal(variances, zero)
    return point(case, means, covariances, variances, head, run)


def point(
    case: str,
    means: Sequence[Any],
    covariances: Sequence[Any],
    variances: tuple[Any, ...],
    head: Any,
    run: Arithmetic[Any],
) -> PointValues:
    """A value for every symbol of the steps of a case, but for the densities and x.

    Args:
        case: ``one`` has the symbols of one dimension, too.
        means: of q and p, tuples of numbers.
        covariances: of q and p, tuples of rows.
        variances: the entries of v.
        head: s.
        run: the arithmetic of the numbers.
    """
    size = run.number(Fraction(len(variances)))
    values: dict[str, KindedValue[Any]] = {"d": KindedValue("scalar", size), "s": KindedValue("scalar", head)}
    for index, mean, covariance in zip("12", means, covariances, strict=True):
        values |= {
            f"mu_{index}": KindedValue("vector", mean),
            f"Sigma_{index}": KindedValue("matrix", covariance),
        }
    values |= {"mu": values["mu_1"], "mu_j": values["mu_1"], "Sigma": values["Sigma_1"]}
    values |= {"v": KindedValue("vector", variances), "v_j": KindedValue("vector", variances)}
    if case == "one":
        values["sigma"] = KindedValue("scalar", run.call("sqrt", variances[0]))
        values["mu"] = KindedValue("scalar", means[0][0])
    return values


def diagonal_point(
    case: str, means: tuple[Any, ...], variances: tuple[Any, ...], head: Any, run: Arithmetic[Any]
) -> PointValues:
    """The point of independent dimensions and the unit prior.

    Args:
        case: which of the steps hold there.
        means: of the posterior, one for each dimension.
        variances: likewise.
        head: the posterior's in the case of one dimension.
        run: the arithmetic of all these numbers.
    """
    zero = run.number(Fraction(0))
    covariances = (_diagonal(variances, zero), Linear(run).identity(len(means)))
    return point(case, (means, (zero,) * len(means)), covariances, variances, head, run)


def _diagonal(entries: tuple[Any, ...], zero: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        tuple(entry if i == j else zero for j in range(len(entries))) for i, entry in enumerate(entries)
    )

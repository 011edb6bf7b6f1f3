"""Estimates in the form that their mistakes are looked for in: a closed form with one place for each number.

Gaussian log densities are quadratic in the sample. In expectation over the noise they are made of the five
terms of a KL, whatever they were written as; where the numbers before these are not those of a KL, a small
change of one of them shows what went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations

from klcli.formula.traversal import free_symbols, substitute, unplaced
from klcli.formula.tree import Number, Symbol, Tree, operation
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import Coefficients, recovered
from klcli.judge.fixed_prior import factors
from klcli.judge.recognized_constants import as_tree
from klcli.judge.roles import Roles
from klcli.names.means_and_spreads import is_mean

_OF_ONE = 2
"""A mean and a head: the symbols of one Gaussian."""
_TWO = Number(Fraction(2))


def normal_forms(tree: Tree) -> Iterator[Tree]:
    """A formula as a (mu^2 + sigma^2) + b log sigma^2 + c, under each reading under which it is that.

    Args:
        tree: a formula of a mean and a head; there is no such form of others.
    """
    names = free_symbols(tree)
    if len(names) != _OF_ONE:
        return
    for mean, head in sorted(permutations(names), key=lambda pair: not is_mean(pair[0])):
        for reading in PARAMETERIZATIONS.values():
            found = factors(tree, Roles(mean, head), reading)
            if found and (form := _written(found, mean, head, reading)):
                yield form


def _written(found: Coefficients, mean: str, head: str, reading: Parameterization) -> Tree | None:
    """The sum of the terms; None for other terms, and where a number before one of them has no name."""
    of_square, of_mean, of_variance, of_log, of_one = found.values
    if not of_square or of_mean:
        return None
    numbers = (of_square, of_variance, of_log / 2, of_one)
    square, scale, logarithm, constant = (as_tree(recovered(one, found.digits)) for one in numbers)
    if square is None or scale is None or logarithm is None or constant is None:
        return None
    own: dict[str, Tree] = {"s": Symbol(head)}
    log_variance, variance = (
        unplaced(substitute(part, own)) for part in (reading.log_variance, reading.variance)
    )
    squared = operation("^", Symbol(mean), _TWO)
    spread = (
        operation("*", square, operation("+", squared, variance))
        if square == scale
        else operation("+", operation("*", square, squared), operation("*", scale, variance))
    )
    return operation("+", operation("+", spread, operation("*", logarithm, log_variance)), constant)

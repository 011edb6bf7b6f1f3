"""Proves the steps of a derivation by algebra, with sympy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Symbols, evaluate
from klcli.formula.value.sympy_zero_test import vanishes
from klcli.gaussian.derivation_check import point, with_densities
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization


def proved(steps: Sequence[Tree], reading: Parameterization, *, standard: bool) -> tuple[bool, ...]:
    """Whether each step but the first was proved to equal the one before, for all means and heads.

    Sympy expands the difference to zero, or does not and then nothing is proved. The expectations are
    those of quadratic polynomials, for which the three-point Gauss-Hermite rule of `point` is exact.

    Args:
        steps: the formulas of one dimension.
        reading: of the posterior's head.
        standard: whether the prior is N(0, 1) and not any Gaussian.
    """
    import sympy

    run = Symbols()
    mean, head = (
        sympy.Symbol("mu", real=True),
        sympy.Symbol("s", positive=reading.domain == "positive", real=True),
    )
    prior = (sympy.Integer(0), sympy.Integer(1))
    if not standard:
        prior = (sympy.Symbol("mu_2", real=True), sympy.Symbol("sigma_2", positive=True))
    values = with_densities(point((mean, head, *prior), reading, PARAMETERIZATIONS["std"], run), run)
    return tuple(
        vanishes(after - before) for before, after in pairwise(evaluate(step, values, run) for step in steps)
    )

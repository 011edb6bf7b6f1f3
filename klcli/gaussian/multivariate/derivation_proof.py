"""Proves the steps from the matrix to independent dimensions, and to one, by algebra with sympy."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.formula.value.arithmetic import Symbols, evaluate
from klcli.formula.value.sympy_zero_test import vanishes
from klcli.gaussian.multivariate.derivation import MatrixStep
from klcli.gaussian.multivariate.derivation_check import diagonal_point, value_at
from klcli.gaussian.parameterization import Parameterization

PROVED_SIZES = (1, 2, 3, 4)
"""Dimensions for which the diagonal case is proved, with a symbol for each variance."""


def proved(steps: Sequence[MatrixStep], reading: Parameterization) -> tuple[bool | None, ...]:
    """Whether each step but the first was proved to equal the one before; None where none was tried.

    The steps of independent dimensions and of one dimension are tried, in nats; the others are formulas of
    matrices of any size, which sympy cannot expand.
    """
    return tuple(
        _is_proved(steps[number - 1], steps[number], reading) if steps[number].case in _TRIED else None
        for number in range(1, len(steps))
    )


_TRIED = ("diagonal", "one")


def _is_proved(before: MatrixStep, after: MatrixStep, reading: Parameterization) -> bool:
    import sympy

    run = Symbols()
    for size in (1,) if after.case == "one" else PROVED_SIZES:
        means = tuple(sympy.symbols(f"mu_1:{size + 1}", real=True))
        head = sympy.Symbol("s", real=True, positive=reading.domain == "positive")
        variances = tuple(sympy.symbols(f"v_1:{size + 1}", positive=True))
        if after.case == "one":
            variances = (evaluate(reading.variance, {"s": head}, run),)
        values = diagonal_point(after.case, means, variances, head, run)
        first, second = (value_at(row.step.tree, values, run) for row in (before, after))
        if not vanishes(first - second):
            return False
    return True

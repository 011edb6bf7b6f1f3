"""The variance that a head stands for, over arrays, from the formula of its reading."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import OPERATIONS
from klcli.gaussian.parameterization import Parameterization

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from klcli.formula.tree import Operator


def variances(reading: Parameterization, heads: NDArray[Any]) -> NDArray[Any]:
    """sigma^2 of each head in plain doubles, as good as numpy's functions are: for averages.

    Args:
        reading: what the heads are.
        heads: doubles of any shape, each one a head of the reading.
    """
    import numpy

    with numpy.errstate(all="ignore"):
        found: NDArray[Any] = evaluate(reading.variance, {"s": heads}, _Arrays())
    return found


class _Arrays:
    """What `evaluate` needs of arrays of doubles."""

    def number(self, value: Fraction) -> Any:
        return float(value)

    def constant(self, name: str) -> Any:
        import math

        return float(getattr(math, name))

    def negative(self, value: Any) -> Any:
        return -value

    def operate(self, operator: Operator, left: Any, right: Any) -> Any:
        return OPERATIONS[operator](left, right)

    def call(self, function: str, value: Any) -> Any:
        import numpy

        if function == "softplus":
            return numpy.logaddexp(0.0, value)
        return getattr(numpy, function)(value)

    def clip(self, value: Any, low: Any, high: Any) -> Any:
        raise AssertionError("no reading has a clip in its formula")

"""What a formula optimises, where some of its gradients are stopped: detach, stop_gradient, no_grad, .data.

The value of such a formula is that of the formula without stops; its gradient is another loss. It is taken by
complex steps, and fitted on the derivatives of mu^2, mu, sigma^2 and log sigma.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from klcli.formula.entrywise_form import entry, without_sums
from klcli.formula.numeral import significant
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.engine import solved
from klcli.judge.loss_context.guards import without_guards
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.shapes.length_polynomials import added_up
from klcli.judge.verdict import Verdict

_STEP = 1e-30
"""Of the complex step: its square is lost in a double, and nothing is subtracted."""
_POINTS = ((0.37, 0.83), (1.21, 1.57), (0.61, 0.45), (1.93, 2.11), (0.29, 1.13))
"""Means and heads; all positive, as a head can be a scale."""
_SHAPE = (3, 2)
"""Of arrays: rows and latents, which are not as many."""
_LARGEST_DENOMINATOR = 64
"""Factors that people write are halves, quarters and small counts."""


def one_entry(prepared: Prepared) -> Tree:
    """The formula of one entry with its stops."""
    return without_sums(entry(without_guards(prepared.program.arrays), keeps_stops=True))


def points(prepared: Prepared, names: Sequence[str], others: float = 1.0) -> Iterator[dict[str, float]]:
    """Values of all symbols.

    Args:
        prepared: the formula.
        names: its means and heads, those of the posterior first.
        others: the value of weights, counts and other terms.
    """
    held = dict.fromkeys(free_symbols(prepared.program.arrays), others)
    for mean, head in _POINTS:
        # Of a prior: other ones than those of the posterior.
        values = (mean, head, mean + 0.3, head + 0.4)
        yield held | dict(zip(names, values, strict=False))


def slope(tree: Tree, point: Mapping[str, float], name: str, *, stops: bool) -> float:
    """The derivative in one symbol."""
    frozen = {other: Array((), [complex(value)]) for other, value in point.items()}
    moved = frozen | {name: Array((), [complex(point[name], _STEP)])}
    value = evaluate_arrays(tree, moved, frozen if stops else moved).values[0]
    return float(complex(value).imag / _STEP)


def slopes(
    prepared: Prepared, names: Sequence[str], others: float
) -> Callable[[str], list[tuple[float, float]]]:
    """How a formula of arrays changes with a symbol, with its stops and without; empty if it has no value.

    Args:
        prepared: the formula.
        names: its means and heads.
        others: the value of weights, counts and other terms.
    """
    tree = without_guards(prepared.program.arrays)
    every = [*points(prepared, names, others), *points(prepared, names, others)][: math.prod(_SHAPE)]
    frozen = {name: Array((), [complex(value)]) for name, value in every[0].items()}
    rows, latents = _SHAPE
    lengths = {name: complex(rows**i * latents**j) for name, (i, j) in prepared.aside.counts.items()}
    frozen |= {name: Array((), [length]) for name, length in lengths.items() if name in frozen}
    frozen |= {name: Array(_SHAPE, [complex(point[name]) for point in every]) for name in names}

    def found(name: str) -> list[tuple[float, float]]:
        steps = [complex(point[name], place * _STEP) for place, point in enumerate(every, 1)]
        moved = frozen | {name: Array(_SHAPE, steps)}
        try:
            both = [evaluate_arrays(tree, moved, held).values for held in (frozen, moved)]
        except (ShapeError, UnshapedError, ArithmeticError):
            return []
        pairs = zip(*both, strict=True)
        return [(complex(one).imag / _STEP, complex(other).imag / _STEP) for one, other in pairs]

    return found


def optimised(prepared: Prepared, verdict: Verdict) -> str:
    """The loss whose gradient it is, in mu, sigma^2 and log sigma; empty where it is none of these.

    Args:
        prepared: the formula.
        verdict: what it is by its value.
    """
    role, reading = verdict.roles, verdict.parameterization
    if role.has_prior:
        return ""
    tree = one_entry(prepared)
    names = [name for name in (role.mean, role.head) if name]
    tried = list(points(prepared, names))
    terms: list[tuple[Fraction, str]] = []
    for name in names:
        values = [point[name] for point in tried]
        is_mean = name == role.mean
        rows = [[2 * one, 1.0] if is_mean else _columns(reading, one) for one in values]
        found = _fitted(rows, [slope(tree, point, name, stops=True) for point in tried])
        if found is None:
            return ""
        terms += zip(found, (f"{name}^2", name) if is_mean else ("sigma^2", "log sigma"), strict=True)
    shown = added_up((factor, word) for factor, word in terms if factor)
    return f"{shown or '0'} + c{_end({word: factor for factor, word in terms})}"


def _columns(reading: Parameterization, head: float) -> list[float]:
    """The derivatives of sigma^2 and of log sigma in the head."""
    point = {"s": head}
    return [
        slope(reading.variance, point, "s", stops=False),
        slope(reading.log_variance, point, "s", stops=False) / 2,
    ]


def _fitted(rows: Sequence[Sequence[float]], values: Sequence[float]) -> list[Fraction] | None:
    """The plain factors with which the columns give the values; None where there are none."""
    found = solved(rows[:2], values[:2])
    if found is None:
        return None
    plain = [Fraction(factor).limit_denominator(_LARGEST_DENOMINATOR) for factor in found]
    for row, value in zip(rows, values, strict=True):
        fit = sum(float(factor) * one for factor, one in zip(plain, row, strict=True))
        # Far above the rounding of complex steps, far below what another gradient is off.
        if abs(fit - value) > 1e-6 * max(1.0, abs(value)):
            return None
    return plain


def _end(factors: Mapping[str, Fraction]) -> str:
    """Where that leads: a minimum, or none."""
    variance, logarithm = factors.get("sigma^2", Fraction(0)), factors.get("log sigma", Fraction(0))
    if variance > 0 > logarithm:
        # b sigma^2 + g log sigma is lowest where 2 b sigma^2 = -g.
        best = significant(float(-logarithm / (2 * variance)) ** 0.5, 4)
        return f", lowest at sigma = {best}"
    if not variance and not logarithm:
        return ", which the spread does not change"
    return f", which has no minimum: sigma -> {'0' if variance > 0 or logarithm > 0 else 'infinity'}"

"""Programs of log-probabilities as functions of u = log q - log p: evaluated in doubles, fitted on columns.

The value and the gradient in log q are fitted apart, as a stopped gradient parts them. Either is first held
against a shift of all log-probabilities by the same number: what does not change is a function of u alone;
what grows like q is the summand of a sum over all outcomes, in which the samples are weighed by q itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import exp, isfinite

from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q
from klcli.judge.spaces.log_ratios.rational_factors import Factors, factors_of
from klcli.values import dataclass

_STEP = 1e-30
"""Of the complex step: its square is lost in a double, and nothing is subtracted."""
_SHIFT = 0.9
"""Added to all log-probabilities, of which a divergence knows nothing; any number that is none of the
others."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""

_COLUMNS: Mapping[str, Callable[[float], float]] = {
    "1": lambda u: 1.0,
    "u": lambda u: u,
    "u^2": lambda u: u * u,
    "exp(-u)": lambda u: exp(-u),
    "exp(u)": exp,
    "u exp(-u)": lambda u: u * exp(-u),
    "u exp(u)": lambda u: u * exp(u),
}
_KINKED: Mapping[str, Callable[[float], float]] = {
    "|u|": abs,
    "sign(u)": lambda u: 1.0 if u >= 0 else -1.0,
}
"""The column of values, and that of gradients, which is tried only where the others do not do."""


@dataclass(frozen=True, slots=True)
class RatioFunction:
    """A program as a function of u; the value or the gradient is None where it is no such function.

    Attributes:
        value: the factors of its columns.
        gradient: the same of its derivative in log q.
        is_summand: whether both are multiplied by q, as in a sum over all outcomes.
        is_weighed: whether both are multiplied by q over the probability under an old policy.
    """

    value: Factors | None
    gradient: Factors | None
    is_summand: bool
    is_weighed: bool


def function_of(tree: Tree, held: Mapping[str, float]) -> RatioFunction | None:
    """What a program of the three log-probabilities is; None if it is no function of u in any sense.

    Args:
        tree: of one entry, with its stopped gradients.
        held: the values of all other symbols.
    """
    has_old = OLD in free_symbols(tree)
    points = _points(has_old)
    try:
        values = [_evaluated(tree, held, point, 0.0) for point in points]
        shifted = [_evaluated(tree, held, point, _SHIFT) for point in points]
    except (ShapeError, UnshapedError, KeyError):
        return None
    slopes, shifted_slopes = ([value.imag / _STEP for value in row] for row in (values, shifted))
    for is_summand in (False, True):
        own = _fit(
            [value.real for value in values], [value.real for value in shifted], points, "|u|", is_summand
        )
        slope = _fit(slopes, shifted_slopes, points, "sign(u)", is_summand)
        if own is None and not (slope and any(slope)):
            continue
        found = _folded(own, slope, is_summand=is_summand)
        if found:
            return found
    return None


def value_at(tree: Tree, held: Mapping[str, float], u: float) -> float:
    """The value of a program at one u, with the log-probability of the reference 0.

    Args:
        tree: the formula.
        held: values of the symbols that are held.
        u: log q - log p at the point.
    """
    given = {**held, Q: u, P: 0.0, OLD: u}
    return float(evaluate_arrays(tree, {name: Array((), [value]) for name, value in given.items()}).values[0])


_Point = tuple[float, float, float]


@cache
def _points(has_old: bool) -> Sequence[_Point]:
    """Log-probabilities: both signs of u, up to 2.6; twice as many where there is an old policy, too.

    The multiples of irrational numbers fill the ranges evenly.
    """
    # More than there are columns, so that some are left to check.
    count = 26 if has_old else 14
    found = []
    for place in range(1, count + 1):
        # The golden ratio less 1.
        u = -2.6 + 5.2 * (place * 0.6180339887498949 % 1)
        # The root of 2 less 1; log-probabilities are below 0.
        q = -2.7 - 1.5 * (place * 0.4142135623730951 % 1)
        # The root of 3 less 1.
        found.append((q, q - u, q - 1.2 + 2.1 * (place * 0.7320508075688772 % 1)))
    return found


def _evaluated(tree: Tree, held: Mapping[str, float], point: _Point, shift: float) -> complex:
    q, p, old = (log + shift for log in point)
    frozen = {name: Array((), [complex(value)]) for name, value in {**held, Q: q, P: p, OLD: old}.items()}
    moved = {**frozen, Q: Array((), [complex(q, _STEP)])}
    return complex(evaluate_arrays(tree, moved, frozen).values[0])


def _fit(
    values: Sequence[float], shifted: Sequence[float], points: Sequence[_Point], kinked: str, is_summand: bool
) -> tuple[Factors, Factors] | None:
    """The factors of the columns, and of the columns times q over the old policy."""
    growth = exp(_SHIFT) if is_summand else 1.0
    size = max(map(abs, values)) if all(map(isfinite, (*values, *shifted))) else None
    if size is None or any(
        abs(two - growth * one) > _CLOSE * growth * size for one, two in zip(values, shifted, strict=True)
    ):
        return None
    if is_summand:
        values = [value * exp(-q) for value, (q, _, _) in zip(values, points, strict=True)]
    has_old = len(points) > 2 * len(_COLUMNS)
    for columns in (_COLUMNS, {**_COLUMNS, kinked: _KINKED[kinked]}):
        weights = (False, True) if has_old else (False,)
        names = [(name, weighed) for weighed in weights for name in columns]
        rows = [
            [columns[name](q - p) * (exp(q - old) if weighed else 1.0) for name, weighed in names]
            for q, p, old in points
        ]
        keys = [name + (" *" if weighed else "") for name, weighed in names]
        if (found := factors_of(keys, rows, values)) is not None:
            plain = {name: factor for name, factor in found.items() if not name.endswith(" *")}
            weighed = {name[:-2]: factor for name, factor in found.items() if name.endswith(" *")}
            return plain, weighed
    return None


def _folded(
    value: tuple[Factors, Factors] | None, slope: tuple[Factors, Factors] | None, *, is_summand: bool
) -> RatioFunction | None:
    """One function out of the parts with and without the weight of an old policy; None where both are there.

    The mean of that weight is 1 over samples of the old policy, so a constant may be in either.
    """
    whole = value or slope or ({}, {})
    is_weighed = any(name != "1" for name in whole[1])
    if is_weighed and any(name != "1" for name in whole[0]):
        return None
    gradient = _joined(slope, is_weighed)
    if is_weighed and slope and slope[0]:
        # Over samples of the old policy the mean of the gradient of log q is not 0.
        gradient = None
    return RatioFunction(_joined(value, is_weighed), gradient, is_summand, is_weighed)


def _joined(parts: tuple[Factors, Factors] | None, is_weighed: bool) -> Factors | None:
    if parts is None:
        return None
    main, other = parts[::-1] if is_weighed else parts
    if any(name != "1" for name in other):
        return None
    constant = main.get("1", Fraction(0)) + other.get("1", Fraction(0))
    rest = {name: factor for name, factor in main.items() if name != "1"}
    return {**rest, "1": constant} if constant else rest

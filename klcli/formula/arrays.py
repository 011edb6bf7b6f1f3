"""Programs on arrays: the evaluator beside `klcli.formula.arithmetic` that knows shapes and gradients.

Small arrays in plain Python, of real numbers or of complex ones, whose imaginary part then carries a
derivative along one direction (the complex step: exact to rounding, as nothing is subtracted). Axes,
`keepdim` and products mean what they mean in numpy and torch; what those refuse is a `ShapeError`. Outside
of a function's domain a value is nan.

Source of the complex step: Squire and Trapp, Using complex variables to estimate derivatives of real
functions, SIAM Review 40 (1998).
"""

from __future__ import annotations

import ast
import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import add, mul, neg, sub
from typing import Any, TypeAlias

from klcli.formula.budget import spend
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    Length,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
    free_symbols,
)

__all__ = ["Array", "ShapeError", "UnshapedError", "axes_of", "evaluate_arrays", "filled", "summed"]

Shape: TypeAlias = tuple[int, ...]


class ShapeError(ValueError):
    """The arrays do not fit together, as numpy and torch would say, too."""


class UnshapedError(ValueError):
    """A part whose shape cannot be followed here, though it may have one."""


@dataclass(frozen=True, slots=True)
class Array:
    """The entries of an array in the order of the last axis first, and its shape."""

    shape: Shape
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Run:
    """One evaluation: the symbols, and their values where no gradient flows."""

    symbols: Mapping[str, Array]
    frozen: Mapping[str, Array]
    in_formula: bool
    sums_numbers: bool
    batch: int | None


def filled(shape: Shape, value: Any) -> Array:
    """An array of one value."""
    return Array(shape, [value] * math.prod(shape))


def evaluate_arrays(
    tree: Tree,
    symbols: Mapping[str, Array],
    frozen: Mapping[str, Array] | None = None,
    *,
    in_formula: bool = False,
    sums_numbers: bool = True,
    batch: int | None = None,
) -> Array:
    """The value of a program.

    Args:
        tree: the program.
        symbols: an array for each free symbol, of real or complex entries.
        frozen: the same without imaginary parts, for what stands below a stopped gradient.
        in_formula: whether a sum without an axis runs over the last axis, as that of mathematics over its
            index, and not over all of them.
        sums_numbers: whether a single number may be summed, which changes nothing.
        batch: the length of the first axis of arrays that are none of the symbols.

    Raises:
        ShapeError: the arrays do not fit together.
        UnshapedError: a part of the program is not followed on arrays.
    """
    return _value(tree, _Run(symbols, frozen or symbols, in_formula, sums_numbers, batch))


def _value(tree: Tree, run: _Run) -> Array:
    spend(1)
    match tree:
        case Number(value):
            return Array((), [_divided(value.numerator, value.denominator)])
        case Constant(name):
            return Array((), [math.pi if name == "pi" else math.e])
        case Symbol(name):
            return run.symbols[name]
        case Negative(operand):
            below = _value(operand, run)
            return Array(below.shape, list(map(neg, below.values)))
        case Operation(operator, left, right):
            return _joined(_OPERATIONS[operator], _value(left, run), _value(right, run))
        case Call(function, argument):
            below = _value(argument, run)
            return Array(below.shape, [_called(function, value) for value in below.values])
        case Clip(operand, low, high):
            return _clipped(_value(operand, run), low, high)
        case Stop(operand):
            return _value(operand, replace(run, symbols=run.frozen))
        case Length(of, axis):
            return Array((), [_length(of, axis, run)])
        case Reduction():
            return _reduced(tree, _value(tree.body, run), run)
        case Reshape(operand, kind, axis):
            return _reshaped(_value(operand, run), kind, axis)
        case MatrixProduct(left, right):
            return _product(_value(left, run), _value(right, run), run)
        case MatrixCall():
            raise UnshapedError("a function of matrices")


def _joined(function: Callable[[Any, Any], Any], left: Array, right: Array) -> Array:
    spend(max(len(left.values), len(right.values)))
    if left.shape == right.shape:
        pairs = zip(left.values, right.values, strict=True)
        return Array(left.shape, [function(one, two) for one, two in pairs])
    shape, places, others = _broadcast(left.shape, right.shape)
    one, two = left.values, right.values
    return Array(shape, [function(one[i], two[j]) for i, j in zip(places, others, strict=True)])


@cache
def _broadcast(left: Shape, right: Shape) -> tuple[Shape, Sequence[int], Sequence[int]]:
    """The common shape of two arrays, and the places of their entries in it."""
    rank = max(len(left), len(right))
    one, two = ((1,) * (rank - len(shape)) + shape for shape in (left, right))
    if any(a != b and 1 not in (a, b) for a, b in zip(one, two, strict=True)):
        raise ShapeError(f"shapes {left} and {right} do not fit together")
    shape = tuple(map(max, one, two))
    return shape, _places(one, shape), _places(two, shape)


def _places(own: Shape, shape: Shape) -> list[int]:
    """For every entry of a shape, the place of the entry of an array that is spread over it."""
    found = [0]
    for length, spread in zip(own, shape, strict=True):
        found = [place * length + (step if length > 1 else 0) for place in found for step in range(spread)]
    return found


def axes_of(tree: Reduction) -> Shape | None:
    """The axes that a reduction names; None where it runs over all of them.

    Raises:
        UnshapedError: they are computed.
    """
    written = tree.axis.strip()
    if written in ("", "None"):
        return None
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        raise UnshapedError(f"the axis {written}") from None
    axes = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(axis, int) for axis in axes):
        raise UnshapedError(f"the axis {written}")
    return axes


def _reduced(tree: Reduction, body: Array, run: _Run) -> Array:
    rank = len(body.shape)
    if not rank and not run.sums_numbers:
        raise ShapeError("a sum of one number")
    if tree.kind == "E":
        # Over the examples, which are the first axis; what is the same for all of them stays.
        return summed(body, range(1, rank), mean=True, keepdim=True) if rank > 1 else body
    named = axes_of(tree)
    if run.in_formula and named is None:
        return _over_index(tree, body, run)
    if not rank and named in ((0,), (-1,)):
        return body  # torch sums a number over its first axis, too
    axes = set(range(rank)) if named is None else {_axis(axis, rank) for axis in named}
    if named and len(axes) < len(named):
        raise ShapeError(f"the axis {tree.axis} is named twice")
    kept = [axis for axis in range(rank) if axis not in axes]
    if tree.kind == "prod":
        return _multiplied(body, kept, keepdim=tree.keepdim)
    return summed(body, kept, mean=tree.kind == "mean", keepdim=tree.keepdim)


def _over_index(tree: Reduction, body: Array, run: _Run) -> Array:
    """A sum over an index of mathematics: over the last axis, also of what does not depend on it."""
    if body.shape:
        return summed(body, range(len(body.shape) - 1), mean=tree.kind == "mean")
    lengths = {array.shape[-1] for array in run.symbols.values() if array.shape}
    count = lengths.pop() if tree.kind == "sum" and len(lengths) == 1 else 1
    return Array((), [count * body.values[0]])


def summed(body: Array, kept: Sequence[int], *, mean: bool = False, keepdim: bool = False) -> Array:
    """The sum or the mean over all axes but those that are kept, in their order."""
    shape = tuple(body.shape[axis] for axis in kept)
    totals: list[Any] = [0.0] * math.prod(shape)
    for place, value in zip(_rows(body.shape, tuple(kept)), body.values, strict=True):
        totals[place] += value
    if mean:
        count = len(body.values) // len(totals)
        totals = [total / count for total in totals]
    if keepdim:
        shape = tuple(length if axis in kept else 1 for axis, length in enumerate(body.shape))
    return Array(shape, totals)


def _multiplied(body: Array, kept: Sequence[int], *, keepdim: bool) -> Array:
    """The product over all axes but those that are kept: e to the sum of logarithms, where these exist."""
    whole = summed(body, kept, keepdim=keepdim)
    products: list[Any] = [1.0] * len(whole.values)
    for place, value in zip(_rows(body.shape, tuple(kept)), body.values, strict=True):
        products[place] *= value
    return Array(whole.shape, products)


@cache
def _rows(shape: Shape, kept: Shape) -> Sequence[int]:
    """For every entry, the place in the result to which it is added."""
    found = [0]
    for axis, length in enumerate(shape):
        steps = range(length) if axis in kept else [None] * length
        found = [place if step is None else place * length + step for place in found for step in steps]
    return found


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ShapeError(f"there is no axis {axis} in {rank} dimensions")
    return axis % rank


def _length(of: Tree, axis: int | None, run: _Run) -> float:
    if not set(free_symbols(of)) <= set(run.symbols):
        # Of another array, such as the input, nothing is known but that its first axis is the batch.
        if axis or axis is None or run.batch is None:
            raise UnshapedError("the length of an array that is not known")
        return float(run.batch)
    shape = _value(of, run).shape
    return float(math.prod(shape) if axis is None else shape[_axis(axis, len(shape))])


def _reshaped(array: Array, kind: str, axis: int | None) -> Array:
    shape = list(array.shape)
    match kind:
        case "flatten":
            return Array((len(array.values),), array.values)
        case "unsqueeze":
            shape.insert(_axis(axis or 0, len(shape) + 1), 1)
            return Array(tuple(shape), array.values)
        case "squeeze" if axis is None:
            return Array(tuple(length for length in shape if length != 1), array.values)
        case "squeeze":
            place = _axis(axis or 0, len(shape))
            return Array(tuple(shape[:place] + shape[place + (shape[place] == 1) :]), array.values)
        case _:
            return _transposed(array)


def _transposed(array: Array) -> Array:
    if len(array.shape) < 2:
        return array
    if len(array.shape) > 2:
        raise UnshapedError("a transpose of more than two axes")
    rows, columns = array.shape
    values = [array.values[row * columns + column] for column in range(columns) for row in range(rows)]
    return Array((columns, rows), values)


def _product(left: Array, right: Array, run: _Run) -> Array:
    """The product of matrices and vectors; a number in the place of one multiplies."""
    if not left.shape or not right.shape:
        if not run.sums_numbers:
            raise ShapeError("a product of vectors, one of which is a number")
        return _joined(mul, left, right)
    if max(len(left.shape), len(right.shape)) > 2:
        raise ShapeError("a product of more than two axes")
    one = left.shape if len(left.shape) == 2 else (1, *left.shape)
    two = right.shape if len(right.shape) == 2 else (*right.shape, 1)
    if one[1] != two[0]:
        raise ShapeError(f"shapes {left.shape} and {right.shape} do not fit together in a product")
    values = [
        sum(left.values[row * one[1] + k] * right.values[k * two[1] + column] for k in range(one[1]))
        for row in range(one[0])
        for column in range(two[1])
    ]
    return Array(left.shape[:-1] + right.shape[1:], values)


def _clipped(array: Array, low: Any, high: Any) -> Array:
    """Clips by the real part; at a limit no gradient flows."""

    def clip(value: Any) -> Any:
        if low is not None and value.real < low:
            return float(low)
        return float(high) if high is not None and value.real > high else value

    return Array(array.shape, list(map(clip, array.values)))


def _divided(left: Any, right: Any) -> Any:
    try:
        return left / right
    except (ZeroDivisionError, OverflowError):
        return math.nan


def _power(base: Any, exponent: Any) -> Any:
    try:
        found = base**exponent
    except (ZeroDivisionError, OverflowError, ValueError):
        return math.nan
    # A root of a negative number is complex in Python, and no number in a program on reals.
    strays = (
        isinstance(found, complex) and not isinstance(base, complex) and not isinstance(exponent, complex)
    )
    return math.nan if strays else found


def _called(function: str, value: Any) -> Any:
    try:
        return (_OF_COMPLEX if isinstance(value, complex) else _OF_REAL)[function](value)
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


def _softplus(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def _softplus_of_complex(value: complex) -> complex:
    # e^s overflows where softplus(s) = s + softplus(-s) does not.
    if value.real > 0:
        return value + _log_of_complex(1 + cmath.exp(-value))
    return _log_of_complex(1 + cmath.exp(value))


def _root_of_complex(value: complex) -> complex:
    return cmath.sqrt(value) if value.real > 0 else complex(math.nan)


def _log_of_complex(value: complex) -> complex:
    return cmath.log(value) if value.real > 0 else complex(math.nan)


_OF_REAL: Mapping[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "expm1": math.expm1,
    "log1p": math.log1p,
    "softplus": _softplus,
    "trunc": lambda value: float(math.trunc(value)),
}
_OF_COMPLEX: Mapping[str, Callable[[complex], Any]] = {
    "exp": cmath.exp,
    "log": _log_of_complex,
    "sqrt": _root_of_complex,
    "abs": lambda value: value if value.real >= 0 else -value,
    "expm1": lambda value: cmath.exp(value) - 1,
    "log1p": lambda value: _log_of_complex(1 + value),
    "softplus": _softplus_of_complex,
    "trunc": lambda value: float(math.trunc(value.real)),  # no gradient flows through integers
}
_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": _divided,
    "^": _power,
}

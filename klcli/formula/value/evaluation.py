"""The value of a program on numbers, vectors, matrices and arrays, in any arithmetic.

Single numbers by themselves are evaluated faster by `klcli.formula.value.arithmetic`, which knows no shapes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from klcli.formula.traversal import free_symbols
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    KeptEntries,
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
)
from klcli.formula.value.arithmetic import Arithmetic
from klcli.formula.value.budget import spend
from klcli.formula.value.entrywise_operations import DOUBLES, Each, Entries
from klcli.formula.value.small_arrays import (
    Array,
    ShapeError,
    UnshapedError,
    axes_of,
    axis_of,
    filled,
    joined,
    product,
    reshaped,
    spread,
    summed,
    taken,
    viewed,
)
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.formula.value.matrices import Matrices


@dataclass(frozen=True, slots=True)
class _Run:
    """One evaluation: the symbols, their values where no gradient flows, and the rules."""

    symbols: Mapping[str, Array]
    frozen: Mapping[str, Array]
    entries: Entries
    in_formula: bool
    sums_numbers: bool
    batch: int | None
    matrices: Matrices | None


def evaluate_arrays(
    tree: Tree,
    symbols: Mapping[str, Array],
    frozen: Mapping[str, Array] | None = None,
    *,
    arithmetic: Arithmetic[Any] | None = None,
    in_formula: bool = False,
    sums_numbers: bool = True,
    batch: int | None = None,
    matrices: Matrices | None = None,
) -> Array:
    """The value of a program under the rules of numpy and torch, or under those of formulas of matrices.

    Args:
        tree: the program.
        symbols: an array for each free symbol, of real or complex entries.
        frozen: the same without imaginary parts, for what stands below a stopped gradient.
        arithmetic: the kind of number of the entries; doubles, real or complex, if it is not given.
        in_formula: whether a sum without an axis runs over the last axis, as that of mathematics over its
            index, and not over all of them.
        sums_numbers: whether a single number may be summed, which changes nothing.
        batch: the length of the first axis of arrays that are none of the symbols.
        matrices: the manner in which a formula of matrices is written; its sums have rules of their own.

    Raises:
        ShapeError: the arrays do not fit together.
        UnshapedError: a part of the program is not followed on arrays.
        ArithmeticError: the program has no value here; among doubles that is nan.
    """
    entries = DOUBLES if arithmetic is None else Each(arithmetic)
    return _value(tree, _Run(symbols, frozen or symbols, entries, in_formula, sums_numbers, batch, matrices))


def _value(tree: Tree, run: _Run) -> Array:
    spend(1)
    return _VALUES[type(tree)](tree, run)


def _number(tree: Number, run: _Run) -> Array:
    return Array((), [run.entries.run.number(tree.value)])


def _constant(tree: Constant, run: _Run) -> Array:
    return Array((), [run.entries.run.constant(tree.name)])


def _symbol(tree: Symbol, run: _Run) -> Array:
    return run.symbols[tree.name]


def _negative(tree: Negative, run: _Run) -> Array:
    below = _value(tree.operand, run)
    return Array(below.shape, run.entries.negative(below.values), below.row)


def _operation(tree: Operation, run: _Run) -> Array:
    left, right = _value(tree.left, run), _value(tree.right, run)
    if run.matrices:
        return run.matrices.joined(tree, left, right, run.entries)
    return joined(partial(run.entries.join, tree.operator), left, right)


def _call(tree: Call, run: _Run) -> Array:
    below = _value(tree.argument, run)
    return Array(below.shape, run.entries.call(tree.function, below.values), below.row)


def _clip(tree: Clip, run: _Run) -> Array:
    below = _value(tree.operand, run)
    for limit, is_low in ((tree.low, True), (tree.high, False)):
        if limit is not None:
            bound = _value(limit, run)
            row = below.row and not bound.shape
            below = replace(joined(partial(run.entries.clip, is_low=is_low), below, bound), row=row)
    return below


def _stop(tree: Stop, run: _Run) -> Array:
    return _value(tree.operand, replace(run, symbols=run.frozen))


def _length(tree: Length, run: _Run) -> Array:
    return Array((), [run.entries.run.number(Fraction(_count(tree.of, tree.axis, run)))])


def _count(of: Tree, axis: int | None, run: _Run) -> int:
    if not set(free_symbols(of)) <= set(run.symbols):
        # Of another array, such as the input, nothing is known but that its first axis is the batch.
        if axis or axis is None or run.batch is None:
            raise UnshapedError("the length of an array that is not known")
        return run.batch
    shape = _value(of, run).shape
    return math.prod(shape) if axis is None else shape[axis_of(axis, len(shape))]


def _reshape(tree: Reshape, run: _Run) -> Array:
    below = _value(tree.operand, run)
    if tree.kind in ("view", "expand") and not run.matrices:
        shape = _shape(tree, run)
        return spread(below, shape) if tree.kind == "expand" else viewed(below, shape)
    if not run.matrices:
        return reshaped(below, tree.kind, tree.axis)
    return run.matrices.turned(below) if tree.kind == "transpose" else below


def _shape(tree: Reshape, run: _Run) -> tuple[int, ...]:
    """The shape that a change of it names."""
    named = (tree.like,) if tree.like else tree.lengths
    if not {name for one in named for name in free_symbols(one)} <= set(run.symbols):
        raise UnshapedError("a shape that is not known")
    if tree.like:
        return _value(tree.like, run).shape
    return tuple(_whole(_value(one, run)) for one in tree.lengths)


def _whole(length: Array) -> int:
    """A length, which is a whole number.

    Raises:
        UnshapedError: it is none.
    """
    value = complex(length.values[0]).real
    if length.shape or value != round(value):
        raise UnshapedError("a length that is no whole number")
    return round(value)


def _taken(tree: KeptEntries, run: _Run) -> Array:
    return taken(_value(tree.operand, run), _value(tree.mask, run), tree.axis)


def _matrix_product(tree: MatrixProduct, run: _Run) -> Array:
    """The product of matrices and vectors; a number in the place of one multiplies."""
    left, right = _value(tree.left, run), _value(tree.right, run)
    if run.matrices:
        return run.matrices.product(tree, left, right, run.entries)
    if left.shape and right.shape:
        return product(left, right, run.entries.dot)
    if not run.sums_numbers:
        raise ShapeError("a product of vectors, one of which is a number")
    return joined(partial(run.entries.join, "*"), left, right)


def _matrix_call(tree: MatrixCall, run: _Run) -> Array:
    from klcli.formula.value.matrices import called  # which most programs do not need

    below = _value(tree.argument, run)
    if rules := run.matrices:
        if tree.function == "transpose":
            return rules.turned(below)
        return called(tree.function, below, run.entries, size=rules.size, slack=rules.slack)
    try:
        return called(tree.function, below, run.entries)
    except ArithmeticError:
        if run.entries is not DOUBLES:
            raise
        return filled(below.shape, math.nan)  # only of inverses and factors, which have that shape


def _reduction(tree: Reduction, run: _Run) -> Array:
    body = _value(tree.body, run)
    if run.matrices:
        return run.matrices.reduced(tree, body, run.entries)
    rank, total = len(body.shape), run.entries.reduced(tree.kind)
    if not rank and not run.sums_numbers:
        raise ShapeError("a sum of one number")
    if tree.kind == "E":
        # Over the examples, which are the first axis; what is the same for all of them stays.
        return summed(body, range(1, rank), total, keepdim=True) if rank > 1 else body
    named = axes_of(tree)
    if run.in_formula and named is None:
        return _over_index(tree, body, run)
    if not rank and named in ((0,), (-1,)):
        return body  # torch sums a number over its first axis, too
    axes = set(range(rank)) if named is None else {axis_of(axis, rank) for axis in named}
    if named and len(axes) < len(named):
        raise ShapeError(f"the axis {named} is named twice")
    return summed(body, [axis for axis in range(rank) if axis not in axes], total, keepdim=tree.keepdim)


def _over_index(tree: Reduction, body: Array, run: _Run) -> Array:
    """A sum over an index of mathematics: over the last axis, also of what does not depend on it."""
    total = run.entries.reduced(tree.kind)
    if body.shape:
        return summed(body, range(len(body.shape) - 1), total)
    lengths = {array.shape[-1] for array in run.symbols.values() if array.shape}
    count = lengths.pop() if tree.kind == "sum" and len(lengths) == 1 else 1
    return Array((), [total(list(body.values) * count)])


_VALUES: Mapping[type, Callable[[Any, _Run], Array]] = {
    Number: _number,
    Constant: _constant,
    Symbol: _symbol,
    Negative: _negative,
    Operation: _operation,
    Call: _call,
    Clip: _clip,
    Stop: _stop,
    Length: _length,
    Reduction: _reduction,
    Reshape: _reshape,
    KeptEntries: _taken,
    MatrixProduct: _matrix_product,
    MatrixCall: _matrix_call,
}

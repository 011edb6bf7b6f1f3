"""Arrays of few entries in plain Python: shapes, broadcasting, sums over axes, products.

What an entry is, and what is done to single ones, is for an arithmetic to say; see
`klcli.formula.value.entrywise_operations`. Axes, `keepdim` and products mean what they mean in numpy and
torch; what those refuse is a `ShapeError`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

from klcli.formula.tree import Reduction
from klcli.formula.value.budget import spend
from klcli.values import dataclass

Shape: TypeAlias = tuple[int, ...]
Column: TypeAlias = Sequence[Any]
"""Entries of an array, one behind the other; what they are is for an arithmetic to say."""
Join: TypeAlias = Callable[[Column, Column], Column]
"""What joins the entries of two columns, one by one."""
Total: TypeAlias = Callable[[Column], Any]


class ShapeError(ValueError):
    """Parts of a formula do not fit together, as numpy and torch would say, too."""


class MaskShapeError(ShapeError):
    """A mask has another shape than the array whose entries it takes."""


class UnshapedError(ValueError):
    """A part whose shape cannot be followed here, though it may have one."""


@dataclass(frozen=True, slots=True)
class Array:
    """The entries of an array in the order of the last axis first, and its shape.

    `row` is whether a vector lies, as the transpose of a column does; one of numpy with one axis does not.
    """

    shape: Shape
    values: Sequence[Any]
    row: bool = False


def filled(shape: Shape, value: Any) -> Array:
    """An array of one value."""
    return Array(shape, [value] * math.prod(shape))


def rows(matrix: Array) -> list[Column]:
    """The rows of an array of two axes."""
    count, length = matrix.shape
    return [matrix.values[row * length : (row + 1) * length] for row in range(count)]


def joined(join: Join, left: Array, right: Array) -> Array:
    """Two arrays joined entry by entry, after broadcasting.

    Args:
        join: of two entries.
        left: the first operand.
        right: the second one.

    Raises:
        ShapeError: they do not fit together.
    """
    one, two = left.values, right.values
    spend(max(len(one), len(two)))
    if left.shape == right.shape:
        return Array(left.shape, join(one, two))
    shape, places, others = _broadcast(left.shape, right.shape)
    return Array(shape, join([one[place] for place in places], [two[place] for place in others]))


@cache
def _broadcast(left: Shape, right: Shape) -> tuple[Shape, Sequence[int], Sequence[int]]:
    """The common shape of two arrays, and the places of their entries in it."""
    rank = max(len(left), len(right))
    one, two = ((1,) * (rank - len(shape)) + shape for shape in (left, right))
    if any(a != b and 1 not in (a, b) for a, b in zip(one, two, strict=True)):
        raise ShapeError(f"shapes {left} and {right} do not fit together")
    shape = tuple(b if a == 1 else a for a, b in zip(one, two, strict=True))
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
    given = tree.axes or ()
    axes = tuple(axis for axis in given if isinstance(axis, int))
    if len(axes) < len(given):
        raise UnshapedError(f"the axis {next(axis for axis in given if isinstance(axis, str))}")
    return None if tree.axes is None else axes


def axis_of(axis: int, rank: int) -> int:
    """An axis counted from the front.

    Raises:
        ShapeError: there is none of that number.
    """
    if not -rank <= axis < rank:
        raise ShapeError(f"there is no axis {axis} in {rank} dimensions")
    return axis % rank


def summed(body: Array, kept: Sequence[int], total: Total = sum, *, keepdim: bool = False) -> Array:
    """The sum over all axes but those that are kept, in their order.

    Args:
        body: what is summed.
        kept: the axes that stay.
        total: of the entries that become one: their sum, or also their mean or their product.
        keepdim: whether the other axes stay with the length 1.
    """
    shape, values = tuple(body.shape[axis] for axis in kept), body.values
    totals = [total([values[place] for place in places]) for places in _groups(body.shape, tuple(kept))]
    if keepdim:
        shape = tuple(length if axis in kept else 1 for axis, length in enumerate(body.shape))
    return Array(shape, totals)


@cache
def _groups(shape: Shape, kept: Shape) -> Sequence[Sequence[int]]:
    """For every entry of a sum, the places of those that are added up to it."""
    found = [0]
    for axis, length in enumerate(shape):
        steps = range(length) if axis in kept else [None] * length
        found = [place if step is None else place * length + step for place in found for step in steps]
    groups: list[list[int]] = [[] for _ in range(math.prod(shape[axis] for axis in kept))]
    for place, group in enumerate(found):
        groups[group].append(place)
    return groups


def reshaped(array: Array, kind: str, axis: int | None) -> Array:
    """An array in another shape; see `klcli.formula.tree.Reshape`.

    Args:
        array: whose entries are kept.
        kind: which change of shape.
        axis: which of its axes.
    """
    shape = list(array.shape)
    match kind:
        case "flatten":
            kept = tuple(shape[: axis or 0])
            return Array((*kept, math.prod(shape[len(kept) :])), array.values)
        case "unsqueeze":
            shape.insert(axis_of(axis or 0, len(shape) + 1), 1)
            return Array(tuple(shape), array.values)
        case "squeeze" if axis is None:
            return Array(tuple(length for length in shape if length != 1), array.values)
        case "squeeze":
            place = axis_of(axis or 0, len(shape))
            return Array(tuple(shape[:place] + shape[place + (shape[place] == 1) :]), array.values)
        case _:
            return transposed(array)


def viewed(array: Array, shape: Shape) -> Array:
    """The entries of an array in another shape.

    Args:
        array: whose entries are kept.
        shape: what it becomes; one length of it may be -1, for the one that fits.

    Raises:
        ShapeError: it has another number of entries.
    """
    count, known = len(array.values), math.prod(length for length in shape if length != -1)
    if shape.count(-1) == 1 and known:
        shape = tuple(count // known if length == -1 else length for length in shape)
    if math.prod(shape) != count or min(shape, default=0) < 0:
        raise ShapeError(f"shape {array.shape} in the shape {shape}")
    return Array(shape, array.values)


def spread(array: Array, shape: Shape) -> Array:
    """An array whose entries stand as often as another shape has them.

    Args:
        array: whose entries are repeated.
        shape: what it becomes; a length -1 stays what it is.

    Raises:
        ShapeError: it does not fit that shape.
    """
    own = ((0,) * (len(shape) - len(array.shape)) + array.shape)[-len(shape) :]
    shape = tuple(old if length == -1 else length for length, old in zip(shape, own, strict=True))
    found, places, _ = _broadcast(array.shape, shape)
    if found != shape:
        raise ShapeError(f"shape {array.shape} spread over {shape}")
    return Array(shape, [array.values[place] for place in places])


def taken(array: Array, mask: Array, axis: int | None) -> Array:
    """The entries that a mask keeps; of a number there are as many as the mask keeps.

    Args:
        array: whose entries are taken.
        mask: what is 0 for those that are left out.
        axis: the first of the axes over which the mask runs, which become one; None to spread it over all.

    Raises:
        MaskShapeError: the mask does not fit the axes.
    """
    if not array.shape or axis is None:
        _, places, others = _broadcast(array.shape, mask.shape)
        pairs = zip(places, others, strict=True)
        kept = [array.values[place] for place, other in pairs if mask.values[other]]
        return Array((len(kept),), kept)
    start = axis_of(axis, len(array.shape))
    before, behind = array.shape[:start], array.shape[start + len(mask.shape) :]
    if array.shape != (*before, *mask.shape, *behind):
        raise MaskShapeError(f"a mask of shape {mask.shape} for {array.shape}")
    stretch, count = math.prod(behind), len(mask.values)
    kept = [
        array.values[(first * count + place) * stretch + last]
        for first in range(math.prod(before))
        for place, keeps in enumerate(mask.values)
        if keeps
        for last in range(stretch)
    ]
    return Array((*before, sum(map(bool, mask.values)), *behind), kept)


def transposed(array: Array) -> Array:
    """Rows for columns; one axis stays as it is."""
    if len(array.shape) < 2:
        return array
    if len(array.shape) > 2:
        raise ShapeError("a transpose of more than two axes")  # numpy would reverse them all, torch refuses
    height, width = array.shape
    values = [array.values[row * width + column] for column in range(width) for row in range(height)]
    return Array((width, height), values)


def product(left: Array, right: Array, dot: Callable[[Column, Column], Any]) -> Array:
    """The product of matrices and vectors.

    Args:
        left: a matrix, or a vector that lies.
        right: a matrix, or a vector that stands.
        dot: the sum of the products of the entries of two columns.

    Raises:
        ShapeError: they do not fit together.
    """
    if max(len(left.shape), len(right.shape)) > 2:
        raise ShapeError("a product of more than two axes")
    if left.shape[-1] != right.shape[0]:
        raise ShapeError(f"shapes {left.shape} and {right.shape} do not fit together in a product")
    lines = rows(left) if len(left.shape) == 2 else [left.values]
    columns = rows(transposed(right)) if len(right.shape) == 2 else [right.values]
    values = [dot(line, column) for line in lines for column in columns]
    return Array(left.shape[:-1] + right.shape[1:], values)

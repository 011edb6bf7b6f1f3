"""Axes of one entry that results are given, or lose: what that makes of their operands.

Libraries put such axes in and take them away again, around broadcasting and sums, as distributions of several
variables do. A program has arrays of one shape each, so what is done to a result is done to its operands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from klcli.formula.value.small_arrays import Shape


def _long(shape: Sequence[int]) -> list[int]:
    return [length for length in shape if length != 1]


def aligned(view: Shape, rank: int) -> Shape:
    """A shape without the leading axes of one entry that an array of so many axes need not have."""
    while len(view) > rank and view[0] == 1:
        view = view[1:]
    return view


def operand_view(shape: Shape, whole: Shape, view: Shape) -> Shape | None:
    """The shape of an operand for a result of another shape; None where its entries have no place in that.

    Args:
        shape: of the operand.
        whole: of the result, over which the operand is spread.
        view: the shape that the result is given.
    """
    if shape == whole:
        return view
    if _long(whole) != _long(view):
        return None
    padded = (1,) * (len(whole) - len(shape)) + shape
    own = iter([length for length, full in zip(padded, whole, strict=True) if full != 1])
    return aligned(tuple(1 if length == 1 else next(own) for length in view), len(shape))


def reduced_view(shape: Shape, axes: Collection[int], view: Shape) -> tuple[Shape, list[int]] | None:
    """The shape and the axes of an array for a sum of another shape; None where there are no such.

    Args:
        shape: of what is summed.
        axes: over which, counted from the first.
        view: the shape that the sum is given, without these.
    """
    kept = [length for axis, length in enumerate(shape) if axis not in axes]
    if _long(kept) != _long(view):
        return None
    found: list[int] = []
    places: list[int] = []
    rest = list(view)
    for axis, length in enumerate(shape):
        if axis in axes:
            places.append(len(found))
            found.append(length)
        elif length != 1:
            while rest[0] == 1:
                found.append(rest.pop(0))
            found.append(rest.pop(0))
    return (*found, *rest), places


def without_single_axes(shape: Shape, axes: Collection[int]) -> tuple[Shape, list[int]]:
    """The shape and the axes of a sum without those axes of one entry that others are summed with.

    The first axis stays, as it may be a batch of one example.
    """
    lost = [axis for axis in axes if shape[axis] == 1 and axis > 0]
    if len(lost) == len(axes):
        return shape, list(axes)
    kept = [axis for axis in range(len(shape)) if axis not in lost]
    return tuple(shape[axis] for axis in kept), [kept.index(axis) for axis in axes if axis not in lost]

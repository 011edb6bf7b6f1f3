"""Arrays in plain Python: numpy gives the same shapes and values, and refuses the same."""

from __future__ import annotations

import itertools
import math
from operator import mul
from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import walk
from klcli.formula.tree import Reduction, Symbol
from klcli.formula.value.small_arrays import (
    Array,
    MaskShapeError,
    ShapeError,
    UnshapedError,
    axes_of,
    axis_of,
    filled,
    joined,
    product,
    reshaped,
    rows,
    summed,
    taken,
    transposed,
)

SHAPES: tuple[tuple[int, ...], ...] = ((), (1,), (5,), (7, 5), (7, 1), (1, 5), (2, 7, 5))


def numbers(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng((seed, *shape)).uniform(0.3, 2.5, shape)


def array(values: Any) -> Array:
    return Array(values.shape, values.ravel().tolist())


def of_numpy(found: Array) -> Any:
    return np.array(found.values).reshape(found.shape)


def products(left: Any, right: Any) -> list[float]:
    return list(map(mul, left, right))


def dot(left: Any, right: Any) -> float:
    return math.fsum(map(mul, left, right))


def test_filled() -> None:
    assert filled((2, 3), 1.5) == Array((2, 3), [1.5] * 6)
    assert filled((), 2.0) == Array((), [2.0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.sum()", None),
        ("x.sum(1)", (1,)),
        ("np.sum(x, axis=-1)", (-1,)),
        ("x.mean(dim=(0, 1))", (0, 1)),
        ("x.mean(dim=[0, 1])", (0, 1)),
        ("x.sum(dim=None)", None),
    ],
)
def test_axes_as_written(text: str, expected: Any) -> None:
    [node] = [node for node in walk(read_program(text, "python").arrays) if isinstance(node, Reduction)]
    assert axes_of(node) == expected


def test_a_computed_axis_is_not_followed() -> None:
    with pytest.raises(UnshapedError, match="the axis k"):
        axes_of(Reduction("sum", "", Symbol("x"), ("k",)))


def test_summed_keeps_axes_in_order() -> None:
    x = numbers((2, 7, 5))
    for kept in itertools.chain.from_iterable(itertools.combinations(range(3), n) for n in range(4)):
        lost = tuple(axis for axis in range(3) if axis not in kept)
        for total, reduced in ((sum, np.sum), (math.prod, np.prod)):
            found = summed(array(x), kept, total)
            expected = reduced(x, axis=lost) if lost else x
            assert found.shape == np.shape(expected)
            np.testing.assert_allclose(np.reshape(found.values, found.shape), expected, rtol=1e-14)


@pytest.mark.parametrize(("left", "right"), list(itertools.product(SHAPES, SHAPES)))
def test_what_is_joined_is_broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = numbers(left, 1), numbers(right, 2)
    try:
        expected = x * y
    except ValueError:
        with pytest.raises(ShapeError):
            joined(products, array(x), array(y))
        return
    np.testing.assert_array_equal(of_numpy(joined(products, array(x), array(y))), expected)


@pytest.mark.parametrize(("left", "right"), list(itertools.product(SHAPES[1:6], SHAPES[1:6])))
def test_products(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = numbers(left, 1), numbers(right, 2)
    try:
        expected = x @ y
    except ValueError:
        with pytest.raises(ShapeError):
            product(array(x), array(y), dot)
        return
    found = product(array(x), array(y), dot)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(of_numpy(found), expected, rtol=1e-14)


def test_rows_and_transposes() -> None:
    x = numbers((7, 5))
    np.testing.assert_array_equal(rows(array(x)), x)
    np.testing.assert_array_equal(of_numpy(transposed(array(x))), x.T)
    assert transposed(array(x[0])) == array(x[0])
    with pytest.raises(ShapeError, match="more than two axes"):
        transposed(array(numbers((2, 7, 5))))


@pytest.mark.parametrize("axis", [-3, -1, 0, 2])
def test_a_new_axis_and_back(axis: int) -> None:
    x = numbers((7, 5))
    found = reshaped(array(x), "unsqueeze", axis)
    assert found.shape == np.expand_dims(x, axis).shape
    assert reshaped(found, "squeeze", axis) == array(x)
    assert reshaped(found, "flatten", 0).shape == (35,)


def test_axes_are_counted_from_both_ends() -> None:
    assert [axis_of(axis, 3) for axis in (-3, -1, 0, 2)] == [0, 2, 0, 2]
    for axis in (-4, 3):
        with pytest.raises(ShapeError, match="no axis"):
            axis_of(axis, 3)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((7,), (0, 1)),
        ((7, 5), (0, 1)),
        ((7, 5), (0, 2)),
        ((7, 5), (1, 2)),
        ((2, 7, 5), (1, 2)),
        ((2, 7, 5), (0, 2)),
    ],
)
def test_what_a_mask_takes(shape: tuple[int, ...], axes: tuple[int, int]) -> None:
    """Over the axes from the first to before the second."""
    values, first = numbers(shape), axes[0]
    for mask in (numbers(shape[slice(*axes)], 1) > 1, numbers(shape[slice(*axes)], 1) > 9):
        expected = values[(*[slice(None)] * first, mask)]
        for axis in (first, first - len(shape)):
            found = taken(array(values), array(mask.astype(float)), axis)
            assert found.shape == expected.shape
            assert np.array_equal(of_numpy(found), expected)


def test_a_mask_of_another_shape_takes_nothing() -> None:
    values, mask = numbers((7, 5)), numbers((7, 1)) > 1
    with pytest.raises(MaskShapeError):
        taken(array(values), array(mask.astype(float)), 0)
    spread = taken(array(values), array(mask.astype(float)), None)  # as torch's masked_select does
    assert np.array_equal(of_numpy(spread), values[np.broadcast_to(mask, (7, 5))])
    assert taken(Array((), [2.0]), Array((3,), [1.0, 0.0, 1.0]), 0) == Array((2,), [2.0, 2.0])


def test_what_is_empty_is_spread_like_anything_else() -> None:
    found = joined(products, array(np.ones((0, 5))), array(np.ones((1, 5))))
    assert found.shape == (np.ones((0, 5)) * np.ones((1, 5))).shape

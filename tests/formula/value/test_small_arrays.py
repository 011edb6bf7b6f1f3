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

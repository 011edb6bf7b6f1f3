"""Axes of one entry that come and go: shapes by hand, and whole programs against numpy on the same arrays."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, Shape
from klcli.trace.programs import Builder, UnfollowedError
from klcli.trace.singleton_axes import aligned, operand_view, reduced_view, without_single_axes
from tests.trace.recordings import leaf, node, recorded

B, D = 3, 2
GENERATOR = np.random.default_rng(0)
X, S = GENERATOR.normal(size=(B, D)), GENERATOR.uniform(0.5, 2, D)


@pytest.mark.parametrize(
    ("shape", "whole", "view", "expected"),
    [
        ((3, 2), (3, 2), (3, 2, 1), (3, 2, 1)),
        ((2,), (3, 2), (3, 2, 1), (2, 1)),
        ((3, 2), (1, 3, 2), (3, 2), (3, 2)),
        ((2,), (1, 3, 2), (3, 2), (2,)),
        ((3, 1), (3, 2), (3, 1, 2), (3, 1, 1)),
        ((2,), (3, 2), (6,), None),
        ((2,), (3, 2), (2, 3), None),
    ],
)
def test_operands_of_a_result_in_another_shape(
    shape: Shape, whole: Shape, view: Shape, expected: Shape | None
) -> None:
    assert operand_view(shape, whole, view) == expected


@pytest.mark.parametrize(
    ("shape", "axes", "view", "expected"),
    [
        ((1, 3, 2), [2], (3,), ((3, 2), [1])),
        ((3, 2), [1], (1, 3), ((1, 3, 2), [2])),
        ((3, 2), [0], (2, 1), ((3, 2, 1), [0])),
        ((3, 2), [1], (2,), None),
    ],
)
def test_sums_in_another_shape(shape: Shape, axes: list[int], view: Shape, expected: object) -> None:
    assert reduced_view(shape, axes, view) == expected


def test_axes_of_one_entry() -> None:
    assert aligned((1, 1, 4), 1) == (4,)
    assert aligned((2, 1, 4), 1) == (2, 1, 4)
    assert without_single_axes((3, 2, 1), [1, 2]) == ((3, 2), [1])
    assert without_single_axes((1, 4), [0, 1]) == ((1, 4), [0, 1])  # a batch of one example
    assert without_single_axes((3, 1), [1]) == ((3, 1), [1])


def value_of(*nodes: dict[str, object]) -> np.ndarray:
    recording = recorded(leaf("x", (B, D)), leaf("s", (D,)), *nodes)
    builder = Builder(recording)
    tree = builder.tree(recording.losses[0].node)
    arrays = {"x": X, "s": S}
    given = {
        name: Array(builder.shapes[name], list(map(float, arrays[("x", "s")[index]].ravel())))
        for name, index in builder.symbols.items()
    }
    return np.array(evaluate_arrays(tree, given).values)


def test_the_square_of_a_diagonal_as_distributions_of_several_variables_write_it() -> None:
    """An axis put in behind, a spread that is broadcast, a sum over both, and the spread by itself besides."""
    found = value_of(
        node("shape", 0, shape=(B, D, 1)),
        node("shape", 1, shape=(1, D, 1)),
        node("div", 2, 3, shape=(B, D, 1)),
        node("square", 4, shape=(B, D, 1)),
        node("sum", 5, shape=(B,), axes=[-2, -1], keepdim=False),
        node("log", 1, shape=(D,)),
        node("sum", 7, shape=(), axes=[0], keepdim=False),
        node("add", 6, 8, shape=(B,)),
    )
    expected = ((X / S) ** 2).sum(-1) + np.log(S).sum()
    assert found == pytest.approx(expected, rel=1e-12)


def test_an_axis_of_samples_that_is_put_in_before_and_taken_away_after_a_sum() -> None:
    found = value_of(
        node("shape", 0, shape=(1, B, D)),
        node("mul", 2, 1, shape=(1, B, D)),
        node("sum", 3, shape=(1, B), axes=[2], keepdim=False),
        node("shape", 4, shape=(B,)),
    )
    assert found == pytest.approx((X * S).sum(-1), rel=1e-12)


def test_entries_in_another_order_are_not_followed() -> None:
    with pytest.raises(UnfollowedError):
        value_of(node("mul", 0, 1, shape=(B, D)), node("shape", 2, shape=(D * B,)))

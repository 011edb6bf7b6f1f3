"""Nodes that may be symbols of a program: those that their leaves lead through alone, by one and by two."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.start_nodes import cuts_of, wide_cuts_of
from tests.trace.recordings import leaf, node, recorded

S = (2, 3)


def array(op: str, *args: int | float, **more: Any) -> dict[str, Any]:
    return node(op, *args, shape=S, **more)


def cuts(*nodes: dict[str, Any]) -> list[tuple[int, ...]]:
    return list(cuts_of(recorded(*nodes), len(nodes) - 1))


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        # exp(logvar) is used once, and nobody named it: it is a part of the formula.
        ((leaf("logvar", S), array("exp", 0), node("sum", 1)), []),
        # Named, it may be a variance.
        ((leaf("logvar", S), array("exp", 0, name="var"), node("sum", 1)), [(1,)]),
        # Used twice, it may be one, too.
        ((leaf("x", S), array("exp", 0), array("log", 1), array("sub", 1, 2), node("sum", 3)), [(1,)]),
        # A number that is added keeps a scale away from 0.
        ((leaf("x", S), array("add", 0, 0.1), array("log", 1), node("sum", 2)), [(1,)]),
        ((leaf("x", S), array("sub", 0, 0.1), array("log", 1), node("sum", 2)), [(1,)]),
        ((leaf("x", S), array("mul", 0, 0.1), array("log", 1), node("sum", 2)), []),
        # Two arrays that are added are no array with a number added.
        ((leaf("x", S), leaf("y", S), array("add", 0, 1), array("log", 2), node("sum", 3)), []),
        # A single number is no array of means or heads.
        ((leaf("x", ()), node("exp", 0, name="beta"), array("mul", 1, 1), node("sum", 2)), []),
    ],
)
def test_one_node(nodes: tuple[dict[str, Any], ...], expected: list[tuple[int, ...]]) -> None:
    assert cuts(*nodes) == expected


OTHER = ["train.py", 3, "encoded"]


def held(op: str, *args: int | float, **more: Any) -> dict[str, Any]:
    return node(op, *args, shape=S, grad=False, **more)


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        # The policy before its update is computed from the array that is trained, and held still.
        ((leaf("x", S), held("stop", 0), held("mul", 1, 1.01), array("sub", 0, 2), node("sum", 3)), [(2,)]),
        # Data are leaves already, and numbers are no arrays.
        ((leaf("x", S), leaf("y", S, grad=False), array("sub", 0, 1), node("sum", 2)), []),
        ((leaf("x", S), held("full", 1.0), held("mul", 1, 2.0), array("sub", 0, 2), node("sum", 3)), []),
        # What other functions compute is what this one is given.
        ((leaf("x", S), array("exp", 0, place=OTHER), array("sub", 1, 0), node("sum", 2)), [(1,)]),
    ],
)
def test_what_is_held_still_and_what_a_function_is_given(
    nodes: tuple[dict[str, Any], ...], expected: list[tuple[int, ...]]
) -> None:
    assert list(wide_cuts_of(recorded(*nodes), len(nodes) - 1)) == expected


def test_a_leaf_that_leads_elsewhere_as_well_is_not_cut_off() -> None:
    """x reaches the sum beside its exp, so that exp(x) does not stand for it."""
    assert cuts(leaf("x", S), array("exp", 0, name="v"), array("sub", 1, 0), node("sum", 2)) == []


def test_two_nodes_the_outermost_first() -> None:
    found = cuts(
        leaf("a", S),
        leaf("b", S),
        array("exp", 0, name="v"),
        array("exp", 1, name="w"),
        array("sub", 2, 3),
        node("sum", 4),
    )
    assert found == [(3,), (2,), (3, 2)]


def test_a_mean_and_a_head_of_the_same_arrays() -> None:
    """Both lead on together, neither by itself, as in a product of experts."""
    found = cuts(
        leaf("a", S),
        leaf("b", S),
        array("mul", 0, 1, name="mean"),
        array("sub", 0, 1, name="head"),
        array("add", 2, 3),
        node("sum", 4),
    )
    assert found == [(3, 2)]


def test_what_one_is_computed_from_is_no_second_one() -> None:
    """``head`` is below ``mean``: the pair is no mean and head of the same arrays."""
    found = cuts(
        leaf("a", S),
        array("exp", 0, name="head"),
        array("mul", 0, 1, name="mean"),
        array("add", 1, 2),
        node("sum", 3),
    )
    assert (2, 1) not in found


def test_a_stop_hands_its_uses_on() -> None:
    """The array is used once, its stopped copy twice: so is the array."""
    found = cuts(
        leaf("x", S), array("exp", 0), array("stop", 1), array("log", 2), array("sub", 2, 3), node("sum", 4)
    )
    assert found == [(1,)]


def test_six_nodes_are_tried() -> None:
    nodes = [leaf("x", S)]
    for number in range(8):
        nodes.append(array("exp", number, name=f"a{number}"))
    found = cuts(*nodes, node("sum", 8))
    assert [one for one in found if len(one) == 1] == [(8,), (7,), (6,), (5,), (4,), (3,)]
    assert len([one for one in found if len(one) == 2]) == 15


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        # A mean that is 0 at padding, and then what it is used for.
        ("where", [(2,)]),
        ("mul", []),
    ],
)
def test_what_a_mask_leaves_of_an_array_is_a_wide_cut(inner: str, expected: list[tuple[int, ...]]) -> None:
    nodes = (leaf("x", S), leaf("mask", S, grad=False), array(inner, 1, 0, 0.0), array("pow", 2, 2.0))
    assert list(wide_cuts_of(recorded(*nodes), 3)) == expected

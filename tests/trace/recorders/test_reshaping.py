"""Calls that keep entries, as nodes: which of them change a value, a shape or a gradient."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.notes import Node
from klcli.trace.recorders.reshaping import in_shape

X = Node("leaf", (), (4, 3), "float32", True)
COUNTS = Node("leaf", (), (4, 3), "int64")
MASK = Node("leaf", (), (4, 3), "bool")
ROWS = Node("leaf", (), (3,), "bool")


def made(
    name: str,
    shape: tuple[int, ...],
    given: list[Any],
    first: Node = X,
    *,
    is_whole: bool = False,
    **named: Any,
) -> Any:
    return in_shape(name, first, shape, given, named, None, is_whole=is_whole)


@pytest.mark.parametrize(
    ("name", "shape", "op"),
    [
        ("clone", (4, 3), "same"),
        ("to", (4, 3), "same"),
        ("detach", (4, 3), "stop"),
        ("data", (4, 3), "stop"),
        ("view", (4, 3), "same"),
        ("view", (12,), "shape"),
        ("unsqueeze", (4, 3, 1), "shape"),
        ("expand", (2, 4, 3), "spread"),
        ("T", (3, 4), "part"),
        ("getitem", (3,), "part"),
    ],
)
def test_one_array(name: str, shape: tuple[int, ...], op: str) -> None:
    found = made(name, shape, [X])
    assert (found.op, found.args) == (op, (X,))


def test_what_is_spread_to_its_own_shape_is_itself() -> None:
    assert made("expand", (4, 3), [X]) is X
    assert in_shape("broadcast_tensors", X, (4, 3), [X, COUNTS], {}, 1, is_whole=True) is COUNTS


def test_a_cast_to_whole_numbers_cuts_off_what_is_behind_the_point() -> None:
    assert made("long", (4, 3), [X], is_whole=True).op == "trunc"
    assert made("long", (4, 3), [COUNTS], COUNTS, is_whole=True).op == "same"


def test_entries_that_a_mask_keeps() -> None:
    kept = made("getitem", (5,), [X, MASK])
    assert (kept.op, kept.args) == ("keep", (X, MASK))
    # A mask of fewer axes is spread by masked_select, and takes whole rows by brackets.
    spread = made("masked_select", (5,), [X], mask=ROWS)
    assert (spread.args[1].op, spread.args[1].args, spread.args[1].shape) == ("spread", (ROWS,), (4, 3))
    # Whole numbers are places, and a number beside the mask takes one more axis away.
    assert made("getitem", (4, 3, 3), [X, COUNTS]).op == "part"
    assert made("getitem", (2,), [X, MASK, 0]).op == "part"


def test_parts_are_told_apart_by_their_arguments() -> None:
    keys = {made("select", (4,), [X, 1, place]).more["key"] for place in range(3)}
    keys |= {
        in_shape("chunk", X, (2, 3), [X, 2], {}, index, is_whole=False).more["key"] for index in range(2)
    }
    assert len(keys) == 5
    assert made("getitem", (3,), [X, 0]).more["key"] == made("getitem", (3,), [X, 0]).more["key"]


def test_what_computes_is_none_of_them() -> None:
    assert made("exp", (4, 3), [X]) is None

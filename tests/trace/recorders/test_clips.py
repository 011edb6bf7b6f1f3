"""Clips by the names that they have in every framework, as nodes with their limits."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.clips import clipped, one_of
from klcli.trace.recorders.notes import Node

X = Node("leaf", (), (3,), "float32", True)
CONSTANT = Node("full", (2.0,), (), "float32", False)
NOTED = Node("leaf", (), (), "float32", False, values=[3.0])
SEVERAL = Node("leaf", (), (2,), "float32", False, values=[3.0, 4.0])
TRAINED = Node("full", (2.0,), (), "float32", True)


@pytest.mark.parametrize(
    ("name", "given", "named", "low", "high"),
    [
        ("clamp", [X, -1, 1], {}, -1, 1),
        ("clip", [X, -1], {}, -1, None),
        ("clip", [X, None, 1], {}, None, 1),
        ("clamp", [X], {"min": -1}, -1, None),
        ("clamp", [X], {"max": 1}, None, 1),
        ("clip", [X], {"a_min": -1, "a_max": 1}, -1, 1),
        ("clamp_min", [X, -2], {}, -2, None),
        ("clamp_max", [X, 2], {}, None, 2),
        ("clamp_max", [X], {"max": 2}, None, 2),
        ("relu", [X], {}, 0, None),
        # A limit in an array that nothing is trained by.
        ("clamp", [X, CONSTANT, NOTED], {}, 2.0, 3.0),
        ("maximum", [X, 0.5], {}, 0.5, None),
        ("maximum", [X, CONSTANT], {}, 2.0, None),
        ("minimum", [X, 0.5], {}, None, 0.5),
        ("fmax", [X, 0.5], {}, 0.5, None),
        ("fmin", [X, 0.5], {}, None, 0.5),
        ("maximum", [X], {"other": CONSTANT}, 2.0, None),
        ("max", [X, CONSTANT], {}, 2.0, None),
        ("min", [X, CONSTANT], {}, None, 2.0),
    ],
)
def test_the_limits_of_a_clip(
    name: str, given: list[Any], named: dict[str, Any], low: float | None, high: float | None
) -> None:
    found = clipped(name, X, given, named)
    assert found is not None
    assert (found.op, found.args, found.more) == ("clamp", (X,), {"low": low, "high": high})


def test_the_array_may_be_the_second_argument() -> None:
    found = clipped("maximum", CONSTANT, [CONSTANT, X], {})
    assert found is not None
    assert (found.args, found.more) == ((X,), {"low": 2.0, "high": None})


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("exp", [X]),
        ("clamp", [X, SEVERAL]),  # a limit for each entry
        ("clamp", [X, TRAINED]),  # one that is trained
        ("maximum", [X, X]),
        ("maximum", [X, SEVERAL]),
        ("max", [X, 1]),  # an axis
        ("max", [X]),
        ("maximum", [X, True]),
    ],
)
def test_what_is_no_clip_at_numbers(name: str, given: list[Any]) -> None:
    assert clipped(name, X, given, {}) is None


@pytest.mark.parametrize(
    ("named", "positional", "expected"),
    [(1, [2], 1), (None, [2], 2), (None, [None], 3), (None, [], 3), (0, [2], 0)],
)
def test_an_argument_by_name_or_by_place(named: Any, positional: list[Any], expected: int) -> None:
    assert one_of(named, positional, 3) == expected

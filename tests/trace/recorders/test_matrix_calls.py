"""Calls of linear algebra: what they need besides their operands, and which are none."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.matrix_calls import followed_call
from klcli.trace.recorders.notes import MOST_ORIGINS, Node

A, X = Node("leaf", (), (3, 3)), Node("leaf", (), (3, 1))


@pytest.mark.parametrize(
    ("name", "given", "named", "index", "options"),
    [
        ("matmul", [A, X], {}, None, {"call": "matmul"}),
        ("einsum", ["ij,jk->ik", A, X], {}, None, {"call": "einsum", "equation": "ij,jk->ik"}),
        ("linalg_cholesky", [A], {"upper": True}, None, {"call": "cholesky", "upper": True}),
        ("linalg_cholesky_ex", [A], {}, 0, {"call": "cholesky", "upper": False}),
        (
            "linalg_solve_triangular",
            [A, X],
            {"upper": False},
            None,
            {"call": "solve_triangular", "upper": False},
        ),
        ("slogdet", [A], {}, 1, {"call": "slogdet", "part": 1}),
        ("tril", [A, -1], {}, None, {"call": "tril", "offset": -1}),
        ("cat", [[A, X]], {"dim": -1}, None, {"call": "cat", "axis": -1}),
        ("flip", [A, (0, 1)], {}, None, {"call": "flip", "axes": [0, 1]}),
    ],
)
def test_what_a_call_needs(
    name: str, given: list[Any], named: dict[str, Any], index: int | None, options: dict[str, Any]
) -> None:
    found = followed_call(name, given, named, index)
    assert found is not None
    assert found[1] == options
    assert found[0][0] is A


@pytest.mark.parametrize(
    ("name", "given", "named", "index"),
    [
        ("linear", [A, X], {}, None),
        ("linalg_solve_triangular", [A, X], {"upper": True, "left": False}, None),
        ("linalg_cholesky_ex", [A], {}, 1),  # whether it went well
        ("diag_embed", [A], {"offset": 1}, None),
        ("einsum", [A, [0, 1], X, [1, 2]], {}, None),
    ],
)
def test_other_calls(name: str, given: list[Any], named: dict[str, Any], index: int | None) -> None:
    assert followed_call(name, given, named, index) is None


def test_the_arrays_of_a_network_are_too_many_to_be_followed() -> None:
    node = Node("leaf", (), (3, 3))
    for _ in range(MOST_ORIGINS - 1):
        node = Node("leaf", (node, Node("leaf", (), (3, 3))), (3, 3))
    assert node.origins is not None
    assert Node("leaf", (node, Node("leaf", (), (3, 3))), (3, 3)).origins is None

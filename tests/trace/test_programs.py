"""Programs out of recordings: each node as the operation that it noted, names as they were, lengths as numbers."""

from __future__ import annotations

from math import exp

import pytest

from klcli.formula.traversal import free_symbols
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array
from klcli.trace.programs import Builder, UnfollowedError, program_of
from tests.trace.recordings import leaf, node, recorded

MU = [0.1, -0.4, 0.7, 1.2, -2.0, 0.3]
LV = [0.2, 0.5, -0.3, -1.0, 0.0, 0.8]


def test_a_kl_is_the_program_that_computed_it() -> None:
    recording = recorded(
        leaf("mu", (2, 3)),
        leaf("logvar", (2, 3)),
        node("pow", 0, 2.0, shape=(2, 3)),
        node("exp", 1, shape=(2, 3)),
        node("add", 2, 3, shape=(2, 3)),
        node("sub", 4, 1, shape=(2, 3)),
        node("sub", 5, 1.0, shape=(2, 3)),
        node("sum", 6, axes=None, keepdim=False),
        node("mul", 7, 0.5),
    )
    tree = Builder(recording).tree(8)
    assert set(free_symbols(tree)) == {"mu", "logvar"}
    arrays = {"mu": Array((2, 3), MU), "logvar": Array((2, 3), LV)}
    expected = 0.5 * sum(m * m + exp(v) - v - 1 for m, v in zip(MU, LV, strict=True))
    assert evaluate_arrays(tree, arrays).values[0] == pytest.approx(expected, rel=1e-14)


def test_two_arrays_of_one_name_are_two_symbols() -> None:
    recording = recorded(leaf("x", ()), leaf("x", ()), node("add", 0, 1))
    builder = Builder(recording)
    names = free_symbols(builder.tree(2))
    assert len(names) == 2
    assert {builder.spellings.get(name, name) for name in names} >= {"x"}


def test_an_array_without_a_name_has_one_all_the_same() -> None:
    recording = recorded(leaf("", ()), node("exp", 0))
    assert len(free_symbols(Builder(recording).tree(1))) == 1


def test_what_is_not_followed_is_said() -> None:
    recording = recorded(leaf("x", (4,)), node("no such operation", 0, shape=(4,)))
    with pytest.raises(UnfollowedError):
        Builder(recording).tree(1)


def test_entries_are_known_where_all_were_noted() -> None:
    nodes = leaf("x", (2,), values=[1, 2]), leaf("y", (2,), values=[3, 4]), leaf("z", (2,))
    recording = recorded(*nodes, node("add", 0, 1, shape=(2,)), node("add", 3, 2, shape=(2,)))
    builder = Builder(recording)
    two, three = (free_symbols(builder.tree(index)) for index in (3, 4))
    known = builder.arrays(two)
    assert known is not None
    assert sorted(array.values for array in known.values()) == [[1.0, 2.0], [3.0, 4.0]]
    assert builder.arrays(three) is None


def test_a_program_has_a_text() -> None:
    recording = recorded(leaf("logvar", ()), node("exp", 0))
    program = program_of(Builder(recording).tree(1))
    assert program.language == "python"
    assert "exp(logvar)" in program.text

"""Ways along nodes: of a graph with a diamond and a ring."""

from __future__ import annotations

from klcli.trace.walks import reached

BELOW = {0: [1, 2], 1: [3], 2: [3], 3: [1], 4: [0]}


def test_each_node_is_reached_once() -> None:
    assert sorted(reached(0, BELOW.__getitem__)) == [0, 1, 2, 3]


def test_what_is_below_is_asked_only_as_far_as_the_walk_goes() -> None:
    asked: list[int] = []

    def below(node: int) -> list[int]:
        asked.append(node)
        return BELOW[node]

    assert next(reached(4, below)) == 4
    assert asked == []

"""Where letters stand."""

from __future__ import annotations

from klcli.render.curve_letters import marked


def test_each_on_its_own_curve_far_from_the_others() -> None:
    flat, steep = {(0, column) for column in range(20)}, {(column, column) for column in range(20)}
    assert dict(marked([flat, steep])) == {0: (0, 19), 1: (19, 19)}


def test_none_on_top_of_another_and_none_for_what_does_not_show() -> None:
    line = {(0, column) for column in range(20)}
    found = dict(marked([line, line, set()]))
    assert set(found) == {0, 1}
    assert abs(found[0][1] - found[1][1]) > 2
    assert dict(marked([{(0, 0)}, {(0, 0)}])) == {0: (0, 0)}

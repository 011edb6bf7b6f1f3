"""Curves in braille."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.render.braille import Stroke, draw
from klcli.report.document import Curve, Plot
from tests.render.documents import plots


def picture(plot: Plot, width: int = 30) -> list[str]:
    """The lines of a drawing as texts."""
    return ["".join(stroke.text for stroke in line) for line in draw(plot, width)]


def test_a_line_from_corner_to_corner() -> None:
    lines = picture(Plot("", "x", "y", (Curve("up", (0.0, 1.0), (0.0, 2.0)),), 5.0), 19)
    assert lines[0] == "y"
    assert lines[1] == "2 │               1"
    assert lines[2] == "  │              ⡜ "
    assert lines[16] == "0 │⡜               "
    assert lines[17] == "  └────────────────"
    assert lines[18] == "   0      x       1"
    assert lines[19] == "   1 up   "


def test_marks_stand_apart() -> None:
    same = Curve("", (0.0, 1.0), (0.0, 1.0))
    marks = [
        (row, column, stroke.curve)
        for row, line in enumerate(draw(Plot("", "", "", (same, same, same), 1.0), 30)[1:17])
        for column, stroke in enumerate(line)
        if stroke.text in ("1", "2", "3")
    ]
    assert sorted(curve for _, _, curve in marks if curve is not None) == [0, 1, 2]


def test_a_mark_is_far_from_other_curves() -> None:
    flat, steep = Curve("flat", (0.0, 1.0), (0.0, 0.0)), Curve("steep", (0.0, 1.0), (0.0, 1.0))
    lines = draw(Plot("", "", "", (flat, steep), 1.0), 30)
    assert lines[1][-1] == Stroke("2", 1)
    assert lines[16][-1] == Stroke("1", 0)


def test_what_is_beyond_the_limit_is_cut_where_it_crosses() -> None:
    lines = picture(Plot("", "", "", (Curve("", (0.0, 1.0, 2.0), (0.0, 1.0, 1e300)),), 2.0), 43)
    columns = [column for line in lines[1:17] for column, sign in enumerate(line) if "⠀" < sign <= "⣿"]
    assert max(columns) == 3 + 20


def test_a_gap_is_not_bridged() -> None:
    curve = Curve("", (0.0, 1.0, 2.0, 3.0, 4.0), (1.0, 1.0, float("nan"), 1.0, 1.0))
    lines = picture(Plot("", "", "", (curve,), 1.0), 43)
    assert " " * 18 in lines[1].partition("│")[2].strip()


@given(plots, st.integers(24, 130))
@settings(deadline=None)
def test_the_curves_keep_to_the_width(plot: Plot, width: int) -> None:
    lines = picture(plot, width)
    assert len(lines) == 20
    assert len({len(line) for line in lines[1:17]}) == 1
    assert len(lines[1]) <= width

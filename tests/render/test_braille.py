"""Plots in braille and in letters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.render.braille import Stroke, draw
from klcli.report.document import Area, Axis, Bars, Curve, Plot, Series
from tests.render.documents import plots


def plot(*series: Series, high: float = float("inf"), x: str = "", y: str = "") -> Plot:
    return Plot("", Axis(x), Axis(y, high=high), series)


def picture(found: Plot, width: int = 30, *, unicode: bool = True) -> list[str]:
    """The lines of a drawing as texts."""
    return ["".join(stroke.text for stroke in line) for line in draw(found, width, unicode=unicode)]


def test_a_line_from_corner_to_corner() -> None:
    lines = picture(plot(Curve("up", (0.0, 1.0), (0.0, 2.0)), x="x", y="y"), 21)
    assert lines[0] == "y"
    assert lines[1] == "  2 ┤              ⢀⠎"
    assert lines[2] == "    │             ⢀⠎ "
    assert lines[14] == "  0 ┤⡰⠁              "
    assert lines[15] == "    └────────────────"
    assert lines[16] == "     0    0.4   0.8"
    assert lines[17] == "            x"
    assert len(lines) == 18, "a single series needs no legend"


def test_marks_stand_apart() -> None:
    same = [Curve(name, (0.0, 1.0), (0.0, 1.0)) for name in "abc"]
    marks = [
        stroke for line in draw(plot(*same), 30)[1:15] for stroke in line if stroke.text in ("a", "b", "c")
    ]
    assert sorted(stroke.series for stroke in marks if stroke.series is not None) == [0, 1, 2]


def test_a_mark_is_far_from_other_curves() -> None:
    flat, steep = Curve("f", (0.0, 1.0), (0.0, 0.0)), Curve("s", (0.0, 1.0), (0.0, 1.0))
    lines = draw(plot(flat, steep), 30)
    assert lines[1][-1] == Stroke("s", 1)
    assert lines[14][-1] == Stroke("f", 0)


def test_the_legend_says_what_is_what() -> None:
    x, y = (0.0, 1.0), (0.0, 1.0)
    area, bars = Area("between", x, (0.0, 0.0), y), Bars("rows", x, (1.0,))
    found = Plot("", Axis(""), Axis(""), (Curve("A", x, y), area, bars), Curve("KL", x, y))
    assert picture(found, 60)[-1].strip() == "K: KL   A   ⡇: between   ⣿: rows"
    assert picture(found, 60, unicode=False)[-1].strip() == "K: KL   A   :: between   r: rows"


def test_dashes_leave_gaps() -> None:
    x, y = (0.0, 1.0), (1.0, 1.0)
    solid = picture(plot(Curve("a", x, y), Curve("b", (), ())), 70)[1]
    dashed = picture(plot(Curve("a", (), ()), Curve("b", x, y)), 70)[1]
    assert set(solid.partition("┤")[2]) == {"⠉", "a"}
    assert {"⠉", "⠁", "⠈"} <= set(dashed.partition("┤")[2])


def test_regions_are_filled() -> None:
    bars = picture(plot(Bars("", (0.0, 1.0, 2.0, 3.0), (1.0, 0.0, 2.0))), 40)
    assert bars[10].partition("│")[2].rstrip().count(" ") > 8
    assert "⣿⣿⣿⣿⣿" in bars[13]
    area = picture(plot(Area("", (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)), high=2.0), 40)
    assert "⡇⡇⡇⡇" in area[8]


def test_what_is_beyond_the_limit_is_cut_where_it_crosses() -> None:
    lines = picture(plot(Curve("", (0.0, 1.0, 2.0), (0.0, 1.0, 1e300)), high=2.0), 45)
    columns = [column for line in lines[1:15] for column, sign in enumerate(line) if "⠀" < sign <= "⣿"]
    assert max(columns) in (24, 25), "at half of 40 columns, behind 5"


def test_a_gap_is_not_bridged() -> None:
    curve = Curve("", (0.0, 1.0, 2.0, 3.0, 4.0), (1.0, 1.0, float("nan"), 1.0, 1.0))
    lines = picture(plot(curve), 43)
    assert " " * 18 in lines[1].partition("┤")[2].strip()


@given(plots, st.integers(24, 130), st.booleans())
@settings(deadline=None, max_examples=40)
def test_the_drawing_keeps_to_the_width(found: Plot, width: int, unicode: bool) -> None:
    lines = picture(found, width, unicode=unicode)
    assert len({len(line) for line in lines[1:15]}) == 1
    assert max(map(len, lines[1:17])) <= max(width, 24)

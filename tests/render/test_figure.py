"""Figures: where lines, regions and words stand."""

from __future__ import annotations

from klcli.render.figure import WIDTH, FigureText, Polyline, Region, figure_of
from klcli.render.series_styles import TRUTH, look_of
from klcli.report.document import Area, Axis, Bars, Curve, Plot

X, Y = (0.0, 1.0), (0.0, 1.0)


def drawn(
    *series: Curve | Area | Bars, truth: Curve | None = None, title: str = "t"
) -> list[Polyline | Region | FigureText]:
    return list(figure_of([Plot(title, Axis("x"), Axis("y"), series, truth)]).shapes)


def test_the_truth_lies_below_the_others_and_bears_no_letter() -> None:
    shapes = drawn(Curve("A", X, Y), truth=Curve("KL", X, Y))
    lines = [shape for shape in shapes if isinstance(shape, Polyline) and shape.ink in (TRUTH, look_of(0))]
    assert [line.ink for line in lines] == [TRUTH, look_of(0)] * 2, "in the legend and in the axes"
    assert lines[2].width > lines[3].width
    letters = [shape.text for shape in shapes if isinstance(shape, FigureText) and shape.bold]
    assert letters == ["t", "A"]


def test_a_letter_that_is_not_the_name_stands_in_the_legend() -> None:
    texts = [
        shape.text
        for shape in drawn(Curve("charged", X, Y), Curve("B", X, Y))
        if isinstance(shape, FigureText)
    ]
    assert "c · charged" in texts
    assert "B" in texts


def test_bars_hide_more_than_an_area() -> None:
    shapes = drawn(Area("a", X, (0.0, 0.0), Y), Bars("b", X, (1.0,)))
    area, bars = (
        next(shape for shape in shapes if isinstance(shape, Region) and shape.ink == look_of(index))
        for index in (0, 1)
    )
    assert area.density < bars.density < 1


def test_long_titles_are_wrapped_and_words_stay_within() -> None:
    shapes = drawn(Curve("A", X, Y), title="a title of many words " * 6)
    titles = [shape for shape in shapes if isinstance(shape, FigureText) and shape.bold and shape.text != "A"]
    assert len(titles) > 1
    assert all(0.58 * shape.size * len(shape.text) < WIDTH for shape in titles)
    heights = [shape.at[1] for shape in titles]
    assert heights == sorted(set(heights))


def test_a_curve_that_is_alone_bears_no_letter() -> None:
    bold = [shape.text for shape in drawn(Curve("A", X, Y)) if isinstance(shape, FigureText) and shape.bold]
    assert bold == ["t"]

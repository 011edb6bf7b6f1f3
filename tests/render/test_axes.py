"""What a plot shows, and where."""

from __future__ import annotations

from math import inf, isfinite, nan

import pytest
from hypothesis import given

from klcli.render.axes import AxisSpan, PlotFrame, frame_of
from klcli.report.document import Area, Axis, Bars, Curve, Plot, Series
from tests.render.documents import plots

SQUARE = PlotFrame(AxisSpan(0.0, 2.0), AxisSpan(0.0, 4.0))


def plot(*y: float, limit: float = inf) -> Plot:
    """One curve over 0, 1, 2, ..."""
    curve = Curve("", tuple(map(float, range(len(y)))), y)
    return Plot("", Axis(""), Axis("", low=-limit, high=limit), (curve,))


def ends(found: Plot) -> tuple[float, float, float, float]:
    frame = frame_of(found)
    return frame.x.low, frame.x.high, frame.y.low, frame.y.high


def test_gaps_end_a_line() -> None:
    curve = Curve("", (0.0, 1.0, 1.5, 2.0), (4.0, inf, nan, 2.0))
    assert SQUARE.lines(curve) == [[(0.0, 1.0), (0.0, 1.0)], [(1.0, 0.5), (1.0, 0.5)]]


def test_the_spans_hold_zero_and_what_is_finite() -> None:
    assert ends(plot(inf, 1.0, 2.0)) == (1.0, 2.0, 0.0, 2.0)
    assert ends(plot(-3.0, -1.0))[2:] == (-3.0, 0.0)


def test_limits_cut_on_both_sides() -> None:
    assert ends(plot(-1e6, 1e6, limit=10.0))[2:] == (-10.0, 10.0)


def test_an_axis_with_a_low_end_needs_no_zero() -> None:
    found = Plot("", Axis(""), Axis("", low=0.05, high=0.2), (Curve("", (0.0, 1.0), (0.08, 0.1)),))
    assert ends(found)[2:] == (0.08, 0.1)


def test_nothing_to_show() -> None:
    assert ends(plot()) == (0.0, 1.0, 0.0, 1.0)
    assert ends(plot(7.0))[:2] == (0.0, 1.0)


def test_the_truth_is_shown_as_well() -> None:
    truth = Curve("KL", (0.0, 9.0), (0.0, 5.0))
    assert ends(Plot("", Axis(""), Axis(""), (), truth)) == (0.0, 9.0, 0.0, 5.0)


def test_what_leaves_the_square_is_cut_where_it_does() -> None:
    line = Curve("", (0.0, 1.0, 2.0), (0.0, 8.0, 0.0))
    assert SQUARE.lines(line) == [[(0.0, 0.0), (0.25, 1.0)], [(0.75, 1.0), (1.0, 0.0)]]
    assert SQUARE.lines(Curve("", (0.0, 2.0), (5.0, 6.0))) == []
    (far,) = SQUARE.lines(Curve("", (0.0, 1.0, 2.0), (0.0, 2.0, 1e300)))
    assert far[-1] == (pytest.approx(0.5), 1.0)


def test_ends_that_are_far_outside_on_both_sides_are_cut() -> None:
    """Where one end is 2^53 times as far away as the other, which lies outside nevertheless."""
    line = Curve("", (0.0, 1.0), (-1e20, 1e3))
    assert PlotFrame(AxisSpan(0.0, 1.0), AxisSpan(0.0, 1.0)).lines(line) == [[(1.0, 0.0), (1.0, 1.0)]]


@pytest.mark.parametrize(
    ("series", "corners"),
    [
        (Area("", (0.0, 1.0), (0.0, 0.0), (2.0, 8.0)), [(0.0, 0.5), (0.5, 1.0), (0.5, 0.0), (0.0, 0.0)]),
        (Bars("", (0.0, 1.0), (2.0,)), [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 0.0)]),
    ],
)
def test_regions(series: Series, corners: list[tuple[float, float]]) -> None:
    assert SQUARE.regions(series) == [corners]
    assert SQUARE.lines(series) == []


def test_bars_without_height_are_left_out_and_areas_end_at_gaps() -> None:
    assert SQUARE.regions(Bars("", (0.0, 1.0, 2.0), (0.0, 1.0)))[0][0] == (0.5, 0.0)
    area = Area("", (0.0, 0.5, 1.0), (0.0, nan, 0.0), (1.0, 1.0, 1.0))
    assert len(SQUARE.regions(area)) == 2


@pytest.mark.parametrize(
    ("low", "high", "logarithmic", "texts"),
    [
        (0.0, 3.0, False, "0 0.5 1 1.5 2 2.5 3"),
        (0.05, 2.946, False, "0.5 1 1.5 2 2.5"),
        (-0.077, 0.4, False, "0 0.1 0.2 0.3 0.4"),
        (0.0, 250.0, False, "0 50 100 150 200 250"),
        (0.0, 1e-9, False, "0 2e-10 4e-10 6e-10 8e-10 1e-09"),
        (1.0, 9000.0, True, "1 10 100 1000"),
        (0.3, 7.0, True, "0.5 1 2 5"),
        (1.0, 1e14, True, "1 1000 1,000,000 1e+09 1e+12"),
        (1.0, 1.0 + 2**-52, False, "1 1.0000000000000002"),
        (1e10 - 8, 1e10 + 8, False, "9999999992 10000000008"),
    ],
)
def test_ticks_are_round(low: float, high: float, logarithmic: bool, texts: str) -> None:
    assert " ".join(text for _, text in AxisSpan(low, high, logarithmic).ticks()) == texts


def test_places() -> None:
    assert AxisSpan(1.0, 100.0, True).place(10.0) == pytest.approx(0.5)
    assert AxisSpan(-1.0, 3.0).place(0.0) == 0.25
    for value in (inf, nan):
        assert not isfinite(AxisSpan(0.0, 1.0).place(value))
    assert not isfinite(AxisSpan(1.0, 100.0, True).place(0.0))


@given(plots)
def test_everything_lies_in_the_square(found: Plot) -> None:
    frame = frame_of(found)
    for span in (frame.x, frame.y):
        assert 0.0 < span.high - span.low < inf
        assert all(0.0 <= place <= 1.0 for place, _ in span.ticks())
    for series in found.all:
        for run in (*frame.lines(series), *frame.regions(series)):
            assert all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in run)

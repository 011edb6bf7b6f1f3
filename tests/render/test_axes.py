"""What a plot shows."""

from __future__ import annotations

from math import inf, nan

from hypothesis import given

from klcli.render.axes import runs, x_range, y_range
from klcli.report.document import Curve, Plot
from tests.render.documents import plots


def plot(*y: float, limit: float = 10.0) -> Plot:
    """One curve over 0, 1, 2, ..."""
    return Plot("", "", "", (Curve("", tuple(map(float, range(len(y)))), y),), limit)


def test_gaps_end_a_run() -> None:
    curve = plot(1.0, inf, nan, 2.0, 3.0).curves[0]
    assert list(runs(curve)) == [[(0.0, 1.0)], [(3.0, 2.0), (4.0, 3.0)]]


def test_ranges_hold_zero_and_what_is_finite() -> None:
    assert x_range(plot(inf, 1.0, 2.0)) == (1.0, 2.0)
    assert y_range(plot(inf, 1.0, 2.0)) == (0.0, 2.0)
    assert y_range(plot(-3.0, -1.0)) == (-3.0, 0.0)


def test_the_limit_cuts_on_both_sides() -> None:
    assert y_range(plot(-1e6, 1e6)) == (-10.0, 10.0)


def test_nothing_to_show() -> None:
    assert x_range(plot()) == y_range(plot()) == (0.0, 1.0)
    assert x_range(plot(7.0)) == (0.0, 1.0)


@given(plots)
def test_ranges_are_never_empty(any_plot: Plot) -> None:
    for low, high in (x_range(any_plot), y_range(any_plot)):
        assert 0.0 < high - low < inf

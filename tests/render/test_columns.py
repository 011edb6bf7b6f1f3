"""Widths of columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.render.columns import ColumnWidths, fit

NUMBER = ColumnWidths(title=13, entry=8, word=8, rigid=True)
PROSE = ColumnWidths(title=5, entry=60, word=10)
WORDS = ColumnWidths(title=7, entry=30, word=10)


@pytest.mark.parametrize(
    ("room", "widths", "gap"),
    [
        (109, [13, 60, 30], 3),
        (107, [13, 60, 30], 2),
        (106, [12, 60, 30], 2),
        (100, [8, 58, 30], 2),
        (52, [8, 20, 20], 2),
        (32, [8, 10, 10], 2),
        (30, [8, 10, 10], 1),
        (10, [8, 10, 10], 1),
    ],
)
def test_gaps_then_titles_then_prose(room: int, widths: list[int], gap: int) -> None:
    assert fit([NUMBER, PROSE, WORDS], room, (3, 2, 1)) == (widths, gap)


def test_without_columns() -> None:
    assert fit([], 10, (3,)) == ([], 3)


@st.composite
def columns(draw: st.DrawFn) -> ColumnWidths:
    """A column whose numbers belong together."""
    title, entry = draw(st.integers(0, 50)), draw(st.integers(0, 50))
    return ColumnWidths(title, entry, draw(st.integers(0, max(title, entry))), draw(st.booleans()))


@given(st.lists(columns(), max_size=5), st.integers(0, 200))
def test_within_the_room_if_that_can_be(given_columns: list[ColumnWidths], room: int) -> None:
    widths, gap = fit(given_columns, room, (3, 2, 1))
    total = sum(widths) + gap * (len(widths) - 1)
    least = sum(column.least for column in given_columns) + len(given_columns) - 1
    assert total <= max(room, least)
    for column, width in zip(given_columns, widths, strict=True):
        assert column.least <= width <= column.natural

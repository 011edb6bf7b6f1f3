"""A text, its places, and the text with others there."""

from __future__ import annotations

from klcli.formula.read.math_source import PlainText

TEXT = PlainText("mu + s")


def test_what_stands_at_a_place_and_around_it() -> None:
    assert TEXT.written((0, 2)) == "mu"
    assert TEXT.around((3, 4)) == ("mu ", " s")


def test_edits_keep_each_others_places() -> None:
    assert TEXT.edited([((0, 2), "m"), ((5, 6), "sigma"), ((0, 2), "m")]).text == "m + sigma"

"""Plots as SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.render.figure import WIDTH
from klcli.render.svg import STYLE, inline, render
from klcli.report.document import Axis, Bars, Curve, Plot
from tests.render.documents import COMPARE, plots

(PLOT,) = (block for block in COMPARE.blocks if isinstance(block, Plot))
SVG = "{http://www.w3.org/2000/svg}"


def elements(text: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(text).iter(f"{SVG}{name}"))


def words(text: str) -> list[str]:
    return [str(element.text) for element in elements(text, "text")]


def test_the_words() -> None:
    assert " ".join(words(render([PLOT]))) == ("penalty KL B nats 0 0.5 1 1.5 2 0 0.5 1 1.5 2 2.5 3 B sigma")
    assert elements(render([PLOT]), "title")[0].text == "penalty"


def test_a_curve_goes_through_its_points() -> None:
    """From (0, 1) to (1, 0), where x goes to 3 and y to 2."""
    frame = [path.get("d") for path in elements(render([PLOT]), "path") if path.get("class") == "s-muted"]
    axis = [float(number) for number in re.findall(r"[\d.]+", str(frame[-1]))]
    left, foot, right = axis[0], axis[1], axis[2]
    (line,) = [path for path in elements(render([PLOT]), "path") if path.get("stroke") == "#0072b2"][1:]
    x, y, end, up = (float(number) for number in re.findall(r"[\d.]+", str(line.get("d"))))
    assert (x, end) == (left, round(left + (right - left) / 3, 2))
    assert (up, y) == (foot, foot - 100)


def test_several_plots_stand_below_each_other() -> None:
    heights = [float(ElementTree.fromstring(render([PLOT] * n)).attrib["height"]) for n in (1, 2)]
    assert heights[1] > 1.9 * heights[0]
    assert words(render([PLOT, PLOT])).count("penalty") == 2


def test_texts_are_escaped_and_no_markup() -> None:
    evil = '</text><script>alert("x")</script>&amp;\x00\x1b'
    plot = Plot(evil, Axis(evil), Axis(evil), (Curve(evil, (0.0, 1.0), (0.0, 1.0)),) * 2, None, evil)
    for text in (render([plot]), inline(plot)):
        assert "<script" not in text
        assert not elements(text, "script")
        assert any("<script>" in found for found in words(text))


def test_the_same_plot_gives_the_same_text() -> None:
    assert render([PLOT]) == render([PLOT])
    assert len(render([PLOT])) < 8000


def test_nothing_is_loaded_and_a_dark_ground_is_known() -> None:
    text = render([PLOT])
    assert text.count("http") == 1, "the name space"
    assert not re.search(r"href|url\(|@import|\bon\w+=", text)
    assert STYLE in text
    assert "<style" not in inline(PLOT)


def test_bars_need_no_legend() -> None:
    plot = Plot("t", Axis("x"), Axis("rows"), (Bars("rows", (0.0, 1.0), (2.0,)),))
    assert words(render([plot])).count("rows") == 1


@given(st.lists(plots, min_size=1, max_size=2))
@settings(deadline=None, max_examples=40)
def test_any_plot_is_well_formed_and_within_its_box(found: list[Plot]) -> None:
    root = ElementTree.fromstring(render(found))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert width == WIDTH
    for path in root.iter(f"{SVG}path"):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"])]
        assert all(-1 <= x <= width + 1 for x in numbers[::2])
        assert all(-1 <= y <= height + 1 for y in numbers[1::2])

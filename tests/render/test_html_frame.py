"""What stands around a page."""

from __future__ import annotations

from xml.etree import ElementTree

from klcli.render.html_frame import whole


def test_the_title_is_a_text_and_the_body_stands_in_it() -> None:
    text = whole("</title><b>", "<p>body</p>\n")
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    (title,) = root.iter("title")
    assert title.text == "</title><b>"
    assert [element.tag for element in next(root.iter("main"))] == ["p"]
    assert root.attrib == {"lang": "en"}


def test_dark_is_for_screens_alone() -> None:
    """A printed page has a light ground, whatever the screen has."""
    text = whole("", "")
    assert (
        text.count("prefers-color-scheme:dark")
        == text.count("@media screen and (prefers-color-scheme:dark)")
        == 2
    )
    assert "@media print" in text

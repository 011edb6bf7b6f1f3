"""Lines of files with marks under their spans: the marks stand under what they mean, wherever that is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from klcli.render.excerpts import listing
from klcli.report.document import Excerpt, SourceExcerpts
from tests.render.documents import sources

LINE = "    return mu + exp(s) * eps"
DRAWN = Excerpt("vae.py", 4, 12, 4, 29, (LINE,))
KL = Excerpt(
    "loss.py", 98, 6, 101, 6, ("kl = -0.5 * sum(", "    1 + s", "    - mu ** 2 - exp(s)", "    )"), "the KL"
)


def shown(*excerpts: Excerpt, room: int = 100, unicode: bool = True) -> str:
    """The listing of excerpts."""
    return listing(SourceExcerpts("error", excerpts), room, unicode=unicode)


def one(line: str, column: int, end_column: int, **options: int | bool) -> list[str]:
    """A line and its marks, without the gutter."""
    lines = shown(Excerpt("a.py", 1, column, 1, end_column, (line,)), **options).split("\n")  # type: ignore[arg-type]
    return [text[4:] for text in lines[2:4]]


def test_a_place_and_a_related_place() -> None:
    text = listing(
        SourceExcerpts("warning", (DRAWN, KL), ("s = 1\nz = 2", "klcli explain KL201")), 100, unicode=True
    )
    assert (
        text
        == """\
   --> vae.py:4:12
    |
  4 |     return mu + exp(s) * eps
    |            ^^^^^^^^^^^^^^^^^
   ::: loss.py:98:6
    |
 98 |   kl = -0.5 * sum(
    |  ______-
 99 | |     1 + s
100 | |     - mu ** 2 - exp(s)
101 | |     )
    | |_____- the KL
    |
help: s = 1
      z = 2
help: klcli explain KL201"""
    )


def test_a_span_that_begins_with_its_line() -> None:
    assert (
        shown(replace(KL, column=1, label=""))
        == """\
   --> loss.py:98:1
    |
 98 | / kl = -0.5 * sum(
 99 | |     1 + s
100 | |     - mu ** 2 - exp(s)
101 | |     )
    | |_____^
    |"""
    )


def test_a_span_of_many_lines_is_abridged() -> None:
    lines = tuple(f"line {number}" for number in range(1, 41))
    assert (
        shown(Excerpt("a.py", 1, 1, 40, 5, lines))
        == """\
  --> a.py:1:1
   |
 1 | / line 1
 2 | | line 2
 3 | | line 3
 4 | | line 4
 5 | | line 5
…    |
39 | | line 39
40 | | line 40
   | |____^
   |"""
    )


@pytest.mark.parametrize(
    ("line", "span", "text", "marks"),
    [
        ("\tx = y", (2, 3), "    x = y", "    ^"),
        ("a\tx", (3, 4), "a   x", "    ^"),
        ("'漢字' + x", (8, 9), "'漢字' + x", "         ^"),
        ("'e\u0301' + x", (8, 9), "'e\u0301' + x", "      ^"),
        ("a\x1bb", (3, 4), "a\\x1bb", "     ^"),
        ("x = y", (3, 3), "x = y", "  ^"),
        ("x = y", (40, 50), "x = y", "     ^"),
        ("x = y", (-3, 2), "x = y", "^"),
        ("x = y", (4, 1), "x = y", "   ^"),
        ("", (1, 1), "", "^"),
    ],
)
def test_marks_stand_under_their_span(line: str, span: tuple[int, int], text: str, marks: str) -> None:
    assert one(line, *span) == [text, marks]


def test_ascii() -> None:
    assert one("σ² = x", 6, 7, unicode=False) == ["sigma^2 = x", "          ^"]


def test_a_long_line_is_clipped_around_its_span() -> None:
    line = f"{'a' * 300} = KL + {'b' * 300}"
    text, marks = one(line, 304, 306, room=64)
    assert text == f"…{'a' * 9} = KL + {'b' * 41}…"
    assert text[marks.index("^") : marks.index("^") + 2] == "KL"
    assert marks.count("^") == 2
    text, marks = one(line, 1, 4, room=64)
    assert (text, marks) == (f"{'a' * 59}…", "^^^")
    text, marks = one(line, 1, 500, room=64)
    assert (text, marks) == (f"{'a' * 59}…", "^" * 60)


def test_a_label_that_has_no_room_stands_below() -> None:
    labelled = replace(DRAWN, lines=(LINE + " + 1",), end_column=30, label="sample")
    assert shown(labelled, room=40).endswith("|            ^^^^^^^^^^^^^^^^^^ sample\n  |")
    assert shown(labelled, room=38).endswith("|            ^^^^^^^^^^^^^^^^^^\n  |            sample\n  |")
    assert shown(replace(labelled, label="the sample drawn"), room=34).endswith(
        "|            ^^^^^^^^^^^^^^^^^^\n  |            the sample drawn\n  |"
    )
    assert shown(replace(KL, label="x" * 20), room=23).endswith(f"| |_____^\n    | {'x' * 20}\n    |")


def test_a_span_over_more_lines_than_there_are() -> None:
    """Its marks go to the end of what there is."""
    assert (
        shown(Excerpt("a.py", 1, 3, 9, 2, ("x = y",)))
        == """\
 --> a.py:1:3
  |
1 | x = y
  |   ^^^
  |"""
    )


@given(sources, st.integers(0, 130), st.booleans())
@settings(deadline=None)
def test_any_place_can_be_shown(source: SourceExcerpts, room: int, unicode: bool) -> None:
    text = listing(source, room, unicode=unicode)
    assert all(character.isprintable() for character in text if character != "\n")
    assert unicode or text.isascii()


@given(sources, st.integers(0, 130), st.booleans())
@settings(deadline=None)
def test_lines_and_marks_keep_to_the_room(source: SourceExcerpts, room: int, unicode: bool) -> None:
    """But for paths, long labels and help, which are not cut."""
    bare = SourceExcerpts(
        "error",
        tuple(replace(one, path="", label="the KL", line=max(one.line, 0)) for one in source.excerpts),
    )
    widest = max(map(cell_len, listing(bare, room, unicode=unicode).split("\n")))
    assert widest <= max(room, 30)

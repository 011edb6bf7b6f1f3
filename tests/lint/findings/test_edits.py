"""Edits: what is changed, and that nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.lint.findings.edits import UneditableError, edited, edited_file
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit
from klcli.lint.source.module import text_of


def edit(line: int, column: int, end_column: int, text: str, end_line: int | None = None) -> Edit:
    return Edit(SourceSpan("m.py", line, column, end_line or line, end_column), text)


def test_columns_are_characters_and_the_end_is_excluded() -> None:
    assert edited("é = σ + 1\nb\n", [edit(1, 5, 6, "μ")]).text == "é = μ + 1\nb\n"
    assert edited("ab", [edit(1, 2, 2, "-"), edit(1, 3, 3, "!")]).text == "a-b!"
    assert edited("a\nb\nc", [edit(1, 2, 1, "", 3)]).text == "ac"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay(end: str) -> None:
    text = end.join(("a = 1", "b = 2", ""))
    assert edited(text, [edit(2, 5, 6, "(\n3)")]).text == end.join(("a = 1", "b = (", "3)", ""))


def test_of_edits_that_overlap_the_first_wins() -> None:
    first, second, third = edit(1, 1, 3, "X"), edit(1, 2, 4, "Y"), edit(1, 4, 5, "Z")
    assert edited("abcdef", [third, second, first]) == edited("abcdef", [first, third])
    assert edited("abcdef", [second, first]).applied == (first,)
    assert edited("abcdef", [first, first]).text == "Xcdef"
    assert edited("ab", [edit(1, 2, 2, "1"), edit(1, 2, 2, "2")]).text == "a1b"


@pytest.mark.parametrize(
    "wrong", [edit(3, 1, 1, "x"), edit(1, 2, 9, "x"), edit(1, 0, 1, "x"), edit(1, 3, 2, "x")]
)
def test_places_outside_the_text_are_not_applied(wrong: Edit) -> None:
    assert edited("ab\ncd", [wrong]).applied == ()
    assert edited("ab\ncd", [wrong]).text == "ab\ncd"


@given(st.text("ab\r\né", max_size=12), st.data())
def test_what_is_not_edited_stays(text: str, data: st.DataObject) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    edits = []
    for _ in range(data.draw(st.integers(0, 3))):
        line = data.draw(st.integers(1, len(lines)))
        columns = sorted(
            data.draw(st.lists(st.integers(1, len(lines[line - 1]) + 1), min_size=2, max_size=2))
        )
        edits.append(edit(line, columns[0], columns[1], "*"))
    done = edited(text, edits)
    assert done.text.count("*") == len(done.applied)
    for ends in "\r\n", "\r", "\n":
        assert done.text.count(ends) == text.count(ends)
    undone = sum(one.place.end_column - one.place.column for one in done.applied)
    assert len(done.text) == len(text) - undone + len(done.applied)


@pytest.mark.parametrize(
    "data",
    [
        "s = 'é'  # \t \r\nt = 1\n\rx = 2".encode(),
        "\ufeffs = 'é'\r\nt = 1\r\n".encode(),
        "# -*- coding: latin-1 -*-\ns = 'é'\nt = 1".encode("latin-1"),
        b"\x0cs = 1\n\x0c\nt = 1\n",
    ],
)
def test_a_file_stays_byte_for_byte(data: bytes) -> None:
    line = text_of(data, "m.py").split("\n").index("t = 1") + 1
    after, applied = edited_file(data, "m.py", [edit(line, 5, 6, "(2)")])
    assert after == data.replace(b"t = 1", b"t = (2)")
    assert len(applied) == 1


def test_files_that_cannot_be_changed() -> None:
    with pytest.raises(UneditableError, match="after the change it is no Python"):
        edited_file(b"s = 1\n", "m.py", [edit(1, 5, 6, "((")])
    with pytest.raises(UneditableError, match="has not all characters"):
        edited_file(b"# coding: latin-1\ns = 1\n", "m.py", [edit(2, 5, 6, "\u03c3")])


NOTEBOOK = (
    '{"cells": [{"cell_type": "markdown", "source": "t = 1"},\n'
    '  {"source": [], "cell_type": "code"}, {"cell_type": "code", "source": "%matplotlib inline"},\n'
    '  {"cell_type" : "code", "metadata": {"source": ["no"]}, "source": ["s = 0\\n"]},\n'
    '  {"cell_type": "code", "source": ["def f():\\n",\n\t"    \\"\\u00e9\\ud83d\\ude00\\/\\t\\"; t = 1\\n",  "    return t"]},\n'
    '  {"cell_type": "code", "source": "if s:\\n    t = 1"}], "nbformat": 4, "x": 1.0e-5}\n\n'
)


def in_notebook(raw: str, expected: str, text: str) -> str:
    """The notebook with one more edit: the digit behind the last place of something in its code."""
    lines = text_of(raw.encode(), "n.ipynb").split("\n")
    line = max(number for number, one in enumerate(lines) if one.endswith(expected))
    end = len(lines[line]) + 1
    after, applied = edited_file(raw.encode(), "n.ipynb", [edit(line + 1, end - 1, end, text)])
    assert len(applied) == 1
    return after.decode()


def test_notebooks_are_changed_in_their_cells() -> None:
    json.loads(NOTEBOOK)
    assert in_notebook(NOTEBOOK, "; t = 1", "2") == NOTEBOOK.replace("; t = 1", "; t = 2")
    assert in_notebook(NOTEBOOK, "s = 0", "'σ'") == NOTEBOOK.replace("s = 0", r"s = '\u03c3'")
    assert in_notebook(NOTEBOOK, "    t = 1", '"2"') == NOTEBOOK.replace("    t = 1", '    t = \\"2\\"')
    raw = NOTEBOOK.replace("return t", "return 'é', 1")
    assert in_notebook(raw, "'é', 1", "σ") == raw.replace("'é', 1", "'é', σ")


def test_notebooks_whose_cells_are_not_where_they_seem() -> None:
    """An edit over several strings, and a key that is given twice."""
    lines = text_of(NOTEBOOK.encode(), "n.ipynb").split("\n")
    start = lines.index("def f():") + 1
    with pytest.raises(UneditableError):
        edited_file(NOTEBOOK.encode(), "n.ipynb", [edit(start, 5, 5, "", start + 1)])
    twice = NOTEBOOK.replace('"nbformat"', '"cells": [{"cell_type": "code", "source": "t = 1"}], "nbformat"')
    with pytest.raises(UneditableError, match="in its JSON"):
        edited_file(twice.encode(), "n.ipynb", [edit(1, 5, 6, "2")])


def test_lines_of_cells_may_end_as_on_other_systems() -> None:
    for end in r"\r\n", r"\r", r"\n":
        raw = f'{{"cells": [{{"cell_type": "code", "source": ["a = \'\\\\\\\\r\'{end}", "b = (1,{end}  2){end}t = 1"]}}]}}'
        assert in_notebook(raw, "t = 1", "2") == raw.replace("t = 1", "t = 2")

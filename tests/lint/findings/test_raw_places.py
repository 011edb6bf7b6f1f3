"""Places in the code of notebooks as places in their JSON."""

from __future__ import annotations

import pytest

from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.raw_places import RawPlaces
from klcli.lint.findings.types import Edit
from klcli.lint.source.module import UnreadableError, text_of

RAW = (
    '{"cells": [{"cell_type": "markdown", "source": "t = 1"},\n'
    '  {"cell_type": "code", "source": ["s = (0 +\\n",\n   " \\"\\u00e9\\tx\\")\\n"]},\n'
    '  {"cell_type": "code", "source": "if s:\\n    t = 1"}]}\n'
)


def place(begin: str, end: str) -> SourceSpan:
    """From before a text in the code to behind another."""
    text = text_of(RAW.encode(), "n.ipynb")
    first, last = text.index(begin), text.index(end) + len(end)
    ends = [(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) for at in (first, last)]
    return SourceSpan("n.ipynb", *ends[0], *ends[1])


def written(found: SourceSpan | None) -> str:
    """What stands in a place of the JSON."""
    assert found is not None
    lines = RAW.split("\n")
    begin = sum(len(line) + 1 for line in lines[: found.line - 1]) + found.column - 1
    end = sum(len(line) + 1 for line in lines[: found.end_line - 1]) + found.end_column - 1
    return RAW[begin:end]


def test_places() -> None:
    known = RawPlaces(RAW.encode())
    assert written(known.place(place("s = (", "0 +"))) == "s = (0 +"
    assert written(known.place(place("é", "x"))) == "\\u00e9\\tx"
    assert written(known.place(place("t = ", "t = 1"))) == "t = 1"
    assert known.place(place("t = ", "t = 1")) == SourceSpan("n.ipynb", 4, 47, 4, 52)
    assert written(known.place(place("(0", 'x"'))) == '(0 +\\n",\n   " \\"\\u00e9\\tx\\"'
    assert known.place(SourceSpan("n.ipynb", 1, 3, 1, 5)) is None
    assert known.place(SourceSpan("n.ipynb", 99, 1, 99, 2)) is None


def test_edits() -> None:
    known = RawPlaces(RAW.encode())
    found = known.edit(Edit(place("é", "é"), 'σ"'))
    assert found is not None
    assert (written(found.place), found.text) == ("\\u00e9", r"\u03c3\"")
    assert known.edit(Edit(place("(0", "x"), "")) is None


@pytest.mark.parametrize("data", [b"{}", b"[]", b"x", RAW.replace("]}\n", '], "cells": []}').encode()])
def test_no_notebook(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        RawPlaces(data)

"""Places: what is written there, and how people are told of them."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.term_places import segment
from klcli.lint.source.module import Module
from klcli.lint.source.notebooks import NotebookCell


@pytest.mark.parametrize(
    "text",
    [
        "é = f('σ', x)  # é\ny = g('é',\n      [1,\n σ + '''a\n  b'''])\n",
        "if x:\n\tz = a[\t1]; w = 'é' + é\n",
    ],
)
def test_what_is_written_in_a_place(text: str) -> None:
    module = Module("m.py", text, ast.parse(text))
    nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.expr | ast.stmt)]
    assert len(nodes) > 8
    for node in nodes:
        assert segment(node, module) == ast.get_source_segment(text, node)


def test_places_as_they_are_seen_from_others() -> None:
    """Of the same cell, another cell, another file."""
    second, third = NotebookCell(2, 2, 0, 90), NotebookCell(3, 12, 90, 100)
    here = SourceSpan("n.ipynb", 4, 1, 5, 2, second)
    there = SourceSpan("n.ipynb", 14, 1, 14, 2, third)
    assert (here.lines, there.lines) == ((3, 4), (3, 3))
    assert here.seen_from(SourceSpan("n.ipynb", 9, 1, 9, 2, second)) == "line 3"
    assert there.seen_from(here) == "line 3 of cell 3"
    assert there.seen_from(SourceSpan("m.py", 4, 1, 4, 2)) == "n.ipynb:cell 3:3"
    assert SourceSpan("m.py", 4, 1, 4, 2).seen_from(there) == "m.py:4"
    assert SourceSpan("m.py", 4, 1, 4, 2).seen_from(SourceSpan("m.py", 9, 1, 9, 2)) == "line 4"

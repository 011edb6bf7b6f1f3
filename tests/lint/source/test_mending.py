"""Sources with errors: what is left out is said in words, and what is no Python at all is refused."""

from __future__ import annotations

import ast
import json

import pytest

from klcli.lint.source.decoding import UnreadableError
from klcli.lint.source.mending import MendedSource, mended
from klcli.lint.source.notebooks import cells_of, code_of
from klcli.lint.source.syntax import FAILURES, syntax


def found(text: str, *, notebook: bool = False) -> MendedSource:
    with pytest.raises(FAILURES) as caught:
        syntax(text)
    return mended(text, cells_of(text) if notebook else (), caught.value)


def names(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_a_statement_that_is_none_is_left_out_and_said() -> None:
    whole = found("a = 1\nb = = 2\nc = 3\n")
    assert names(whole.tree) == {"a", "c"}
    assert "line 2 is no Python" in whole.skipped
    assert whole.skipped.endswith("was left out")
    assert not whole.is_python_2


def test_places_are_those_of_the_text() -> None:
    whole = found("a = 1\nb = = 2\ncc = 3\n")
    (last,) = [node for node in ast.walk(whole.tree) if isinstance(node, ast.Name) and node.id == "cc"]
    assert (last.lineno, last.col_offset) == (3, 0)


def test_more_than_five_places_are_counted() -> None:
    text = "".join(f"x{n} = {n}\nb = = 2\n" for n in range(8))
    whole = found(text)
    assert "and 3 others" in whole.skipped
    assert whole.skipped.endswith("were left out")


def test_python_2_is_read() -> None:
    whole = found("print 'kl'\nx = 1 / 2\n")
    assert whole.is_python_2
    assert whole.skipped == ""


@pytest.mark.parametrize(
    "text", ["Dear all,\n\nthe KL is fine.\nBest wishes = to you\n", "= = =\n+ + /\n", ")(\n" * 5]
)
def test_what_is_mostly_no_python_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="it is no Python 3: line"):
        found(text)


def test_what_is_nested_too_deeply_is_refused() -> None:
    text = "(" * 3000 + ")" * 3000 + "\n"
    with pytest.raises(UnreadableError, match=r"too deeply nested|no Python 3"):
        found(text)


def test_each_cell_of_a_notebook_is_read_by_itself() -> None:
    cells = [{"cell_type": "code", "source": source} for source in ("a = 1", "b = = 2", "c = 3")]
    text = code_of(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode())
    whole = found(text, notebook=True)
    assert names(whole.tree) == {"a", "c"}
    assert "of cell 2 is no Python" in whole.skipped

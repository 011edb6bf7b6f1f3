"""The code of notebooks."""

from __future__ import annotations

import json

import pytest

from klcli.lint.source.decoding import ForeignError, UnreadableError
from klcli.lint.source.notebooks import cells_of, code_of, is_notebook, python_from


def notebook(*sources: object, language: str = "python") -> bytes:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    cells.insert(1, {"cell_type": "markdown", "source": "words"})
    return json.dumps({"cells": cells, "metadata": {"language_info": {"name": language}}}).encode()


def test_cells_have_the_numbers_of_the_notebook() -> None:
    text = code_of(notebook(["a = 1\n", "b = 2"], "c = 3"))
    cells = cells_of(text)
    assert [cell.number for cell in cells] == [1, 3]
    assert [text.split("\n")[cell.line - 1] for cell in cells] == ["a = 1", "c = 3"]
    assert text[cells[1].start :].startswith("c = 3")


def test_what_is_none() -> None:
    with pytest.raises(ForeignError, match="its language is julia"):
        code_of(notebook("a", language="julia"))
    with pytest.raises(UnreadableError, match="no notebook"):
        code_of(b"[1, 2]")
    assert is_notebook("a.ipynb")
    assert not is_notebook("a.py")


@pytest.mark.parametrize(("source", "start"), [("a = 1", 0), ("%%time\na = 1", 6), ("%%bash\nls", None)])
def test_magics(source: str, start: int | None) -> None:
    found = python_from(source)
    assert found == start or (start and source[found or 0 :].strip() == "a = 1")

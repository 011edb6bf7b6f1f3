"""One format is one module with one function, and one name."""

from __future__ import annotations

import ast
from pathlib import Path

from klcli import render
from klcli.cli.output import FINDING_FORMATS, FORMATS

TEXT = {"terminal", "plain"}
"""Both of them are ``text``: with colours, and without."""
PICTURES = {"png", "svg"}
"""Files of figures; the ending of their name says which."""


def test_formats_are_the_modules_that_render() -> None:
    folder = Path(str(render.__file__)).parent
    found = {
        path.stem
        for path in folder.glob("*.py")
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "render"
            for node in ast.parse(path.read_text(encoding="utf-8")).body
        )
    }
    assert found == {*FORMATS, *FINDING_FORMATS} - {"text"} | TEXT | PICTURES

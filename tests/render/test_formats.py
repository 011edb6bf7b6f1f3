"""One format is one module with one function, and one name."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from klcli import render
from klcli.cli import output
from klcli.cli.formats import FINDING_FORMATS, FORMATS
from klcli.cli.main import run
from klcli.report.document import Document

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


def test_a_new_format_is_a_module_and_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of every command: what is one option of all is made from the list when the commands are loaded."""
    shout = ModuleType("klcli.render.shout")

    def render(document: Document) -> str:
        return document.title.upper() + "\n" if isinstance(document.title, str) else "TITLE\n"

    shout.render = render  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "klcli.render.shout", shout)
    monkeypatch.setattr(output, "FORMATS", (*FORMATS, "shout"))
    for command in ("derive", "explain"):
        name = f"klcli.cli.commands.{command}"
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setitem(sys.modules, name, importlib.import_module(name))
    for arguments in (["derive"], ["explain", "KL101"]):
        with pytest.raises(SystemExit) as ended:
            run([*arguments, "--format", "shout"])
        found = capsys.readouterr()
        assert (ended.value.code, found.err) == (0, "")
        assert found.out == found.out.upper() != ""

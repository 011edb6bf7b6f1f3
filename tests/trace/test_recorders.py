"""Recorders and the runner are read by any Python from 3.8 on, and import nothing of klcli."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import klcli

TRACE = Path(klcli.__file__).parent / "trace"
FILES = [*sorted((TRACE / "recorders").glob("*.py")), TRACE / "runner.py"]
NEWER = ("removeprefix", "removesuffix", "pairwise", "zip_strict")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_python_3_8(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text, feature_version=(3, 8))
    assert "from __future__ import annotations" in text or len(tree.body) == 1
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not names & set(NEWER)
    keywords = {
        keyword.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "zip"
        for keyword in node.keywords
    }
    assert "strict" not in keywords


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_the_standard_library_and_its_framework(path: Path) -> None:
    allowed = {"numpy": {"numpy"}, "jax": {"jax"}, "pytorch": {"torch"}}.get(path.stem, set())
    import sys

    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            library = name.split(".")[0]
            assert library in allowed or library in sys.stdlib_module_names

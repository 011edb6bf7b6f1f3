"""Recorders and the runner are read by any Python from 3.8 on, and import nothing of klcli."""

from __future__ import annotations

import ast
import functools
import json
from pathlib import Path

import numpy as np
import pytest

import klcli
from klcli.trace import recorders
from klcli.trace.recorders import frameworks
from klcli.trace.recorders.frameworks import framework_of
from klcli.trace.recording import read_recording

TRACE = Path(klcli.__file__).parent / "trace"
FILES = [*sorted((TRACE / "recorders").rglob("*.py")), TRACE / "runner.py"]
NEWER = ("removeprefix", "removesuffix", "pairwise", "zip_strict")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TRACE).as_posix())
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TRACE).as_posix())
def test_it_imports_the_standard_library_and_its_framework(path: Path) -> None:
    frameworks = {"numpy": {"numpy"}, "jax": {"jax"}, "pytorch": {"torch"}, "tensorflow": {"tensorflow"}}
    allowed = frameworks.get(path.parent.name, frameworks.get(path.stem, set()))
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


def test_a_wrapped_function_is_of_the_framework_that_it_is_written_in() -> None:
    """What wraps it, as a jitted function does, has no code of its own."""

    def plain(x: object) -> object:
        return np.exp(x)

    class Wrapper:
        __wrapped__ = staticmethod(plain)

        def __call__(self, x: object) -> object:
            return plain(x)

    assert framework_of(plain) == "numpy"
    assert framework_of(functools.partial(plain)) == "numpy"
    assert framework_of(Wrapper()) == "numpy"


def test_the_recording_in_the_instructions_can_be_read() -> None:
    text = recorders.__doc__ or ""
    found = read_recording(json.loads(text[text.index("    {") :]))
    assert [step.op for step in found.steps] == ["leaf", "exp", "sum"]
    assert found.losses[0].value == 13.5


def test_recorders_are_the_modules_that_call_functions() -> None:
    """And those that have a class `Recorder` serve programs."""
    folder = TRACE / "recorders"

    def has(name: str) -> set[str]:
        modules = [path for path in folder.iterdir() if path.suffix == ".py" and path.stem != "__init__"]
        modules += [path / "__init__.py" for path in folder.iterdir() if (path / "__init__.py").exists()]
        return {
            path.parent.name if path.stem == "__init__" else path.stem
            for path in modules
            if name in _defined(path)
        }

    assert has("call") == set(frameworks.FRAMEWORKS.values())
    watched = {frameworks.FRAMEWORKS[framework] for framework in frameworks.WATCHED}
    assert watched == has("Recorder") & set(frameworks.FRAMEWORKS.values())


def _defined(path: Path) -> set[str]:
    """The names that a module has for others: what it defines, and what it takes from its own files."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom) and node.level:
            found |= {alias.asname or alias.name for alias in node.names}
    return found

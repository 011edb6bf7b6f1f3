"""What the parameters of a function are where it begins."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.flow.arguments import arguments, beginning
from klcli.lint.flow.frames import local_names
from klcli.lint.project.call_targets import Callee
from tests.lint.sources import expression, function, module, project, written

SOURCE = """
import math
TWO = 2
def f(a, b, scale=1.0, temperature=0.7, *, eps=1e-8):
    return a
def g(x):
    half = 0.5
    def h(y):
        return half * y
    return h(x)
"""
FILES = project(module(SOURCE))


def given(call: str, own: str = "") -> dict[str, str] | None:
    node = expression(call)
    assert isinstance(node, ast.Call)
    found = arguments(Callee(function(FILES, "f"), None, node.args), node.keywords, own)
    return None if found is None else {name: ast.unparse(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("call", "own", "expected"),
    [
        ("f(x, y)", "", {"a": "x", "b": "y", "scale": "1.0", "eps": "1e-08"}),
        ("f(x, b=y, scale=2)", "", {"a": "x", "b": "y", "scale": "2", "eps": "1e-08"}),
        ("f(x)", "a", {"b": "x", "scale": "1.0", "eps": "1e-08"}),
        ("f(*x)", "", None),
        ("f(1, 2, 3, 4, 5)", "", None),
    ],
)
def test_arguments(call: str, own: str, expected: dict[str, str] | None) -> None:
    """A default that changes something, as that of a temperature, is for callers to choose."""
    assert given(call, own) == expected


def test_what_is_known_at_the_beginning() -> None:
    inner = function(FILES, "g.h")
    assert written(*beginning(inner, FILES, local_names(inner))) == ["TWO = 2", "half = 0.5"]
    whole = function(FILES, "f")
    assert written(*beginning(whole, FILES, local_names(whole))) == [
        "TWO = 2",
        "scale = 1.0",
        "eps = 1e-08",
    ]

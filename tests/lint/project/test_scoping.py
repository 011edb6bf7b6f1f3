"""What names mean where they stand."""

from __future__ import annotations

import pytest

from klcli.lint.project.definitions import Class, SourceFunction
from klcli.lint.project.scoping import is_import, last_word, named, outside
from tests.lint.sources import expression, function, module, project, scope

SOURCE = """
import torch.nn as nn
def helper():
    pass
class Model:
    pass
def f(helper):
    def inner():
        pass
    return inner()
"""
FILES = project(module(SOURCE))


@pytest.mark.parametrize(
    ("text", "name"), [("inner", "f.inner"), ("helper", None), ("Model", "Model"), ("nn.Linear", None)]
)
def test_names(text: str, name: str | None) -> None:
    found = named(expression(text), scope(FILES, "f", local=frozenset(("helper",))))
    assert (found and isinstance(found, SourceFunction | Class) and found.name) == name


def test_outside_of_a_function_its_names_mean_nothing() -> None:
    inside = scope(FILES, "f", local=frozenset(("helper",)))
    found = named(expression("helper"), outside(function(FILES, ""), inside))
    assert isinstance(found, SourceFunction)


def test_words() -> None:
    inside = scope(FILES, "f")
    assert is_import(expression("nn.functional"), inside)
    assert not is_import(expression("self.nn"), inside)
    assert [last_word(expression(text)) for text in ("a.b(c)", "a", "a[0]")] == ["b", "a", ""]

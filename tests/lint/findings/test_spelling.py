"""Expressions written as their source writes the like."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.findings.spelling import spellings
from klcli.lint.source.module import Module
from tests.lint.sources import expression


@pytest.mark.parametrize(
    ("source", "new", "best"),
    [
        ("x = a*b+c", "2 * a + c", "2*a+c"),
        ("x = a * b", "2 * a", "2 * a"),
        ('x = out["mu"]**2', "2 * out['mu'] ** 2", '2 * out["mu"]**2'),
        ("x = 1e0 + a", "a + 1.0", "a + 1e0"),
    ],
)
def test_the_habits_of_the_source(source: str, new: str, best: str) -> None:
    module = Module("", source, ast.parse(source))
    found = list(spellings(expression(new), module))
    assert found[0] == best
    for text in found:
        assert ast.dump(expression(text)) == ast.dump(expression(new))

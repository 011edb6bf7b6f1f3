"""Modules that a text does not import are known by how it uses them."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.module_names import names_of_modules


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kl = t.exp(x) - t.log(y)", {"t": "np"}),
        ("kl = t.exp() - x", {}),  # a method
        ("kl = t.exp(x) - t", {}),  # which is an array, too
        ("t.log(x)\nkl = t.exp(x)", {}),  # which may write a log
        ("kl = t.unknown(x)", {}),
        ("kl = torch.exp(x) - self.exp(x)", {}),  # known already, and a method of one's own
    ],
)
def test_a_name_that_only_functions_are_taken_of(text: str, expected: dict[str, str]) -> None:
    found = names_of_modules(ast.parse(text).body)
    assert {name: ast.unparse(module) for name, module in found.items()} == expected

"""The names in syntax trees, and statements with other values."""

from __future__ import annotations

import ast

from klcli.lint.flow.syntax_names import names_in, stored, with_value
from tests.lint.sources import expression, statement


def test_names_as_they_are_written() -> None:
    assert names_in(expression("a + self.b * c[0]")) == {"a", "self", "self.b", "c", "c[0]"}
    assert stored(statement("a, self.b = c")) == {"a", "self.b"}


def test_a_statement_with_another_value() -> None:
    node = statement("x = y")
    assert ast.unparse(with_value(node, expression("-y"))) == "x = -y"
    assert ast.unparse(node) == "x = y"

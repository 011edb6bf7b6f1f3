"""Parts of syntax trees."""

from __future__ import annotations

import ast

from klcli.lint.flow.nodes import below, names_in, rebuilt, stored, text_of_name, walked, with_value
from tests.lint.sources import expression, statement


def test_names_as_they_are_written() -> None:
    assert names_in(expression("a + self.b * c[0]")) == {"a", "self", "self.b", "c", "c[0]"}
    assert text_of_name(expression("self.encoder.mu")) == "self.encoder.mu"
    assert stored(statement("a, self.b = c")) == {"a", "self.b"}


def test_children_without_contexts() -> None:
    node = statement("x = y")
    assert not any(isinstance(one, ast.expr_context) for one in walked(node))
    assert [type(one) for one in below(node)] == [ast.Name, ast.Name]


def test_what_does_not_change_is_the_same_node() -> None:
    node = expression("a + f(b)")
    assert rebuilt(node, lambda child: child) is node
    changed = rebuilt(node, lambda child: expression("c") if isinstance(child, ast.Name) else child)
    assert ast.unparse(changed) == "c + f(b)"
    assert ast.unparse(node) == "a + f(b)"


def test_a_statement_with_another_value() -> None:
    node = statement("x = y")
    assert ast.unparse(with_value(node, expression("-y"))) == "x = -y"
    assert ast.unparse(node) == "x = y"

"""Parts of syntax trees."""

from __future__ import annotations

import ast

from klcli.formula.read.nodes import below, rebuilt, text_of_name, walked, words_in
from tests.lint.sources import expression, statement


def test_a_name_as_it_is_written() -> None:
    assert text_of_name(expression("self.encoder.mu")) == "self.encoder.mu"
    assert text_of_name(expression("h[:, 0]")) == "h[:, 0]"


def test_words_that_say_what_an_expression_is() -> None:
    assert words_in(expression("tf.normal(self.mu, stddev=s[0], name='z')")) == {
        *("tf", "normal", "self", "mu", "stddev", "s", "name"),
    }


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

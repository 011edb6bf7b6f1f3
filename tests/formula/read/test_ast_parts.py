"""Parts of syntax trees."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.ast_parts import (
    are_alike,
    below,
    is_true,
    literal,
    rebuilt,
    text_of_name,
    walked,
    words_in,
)
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


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a + f(b, axis=-1)", "(a) + f(b, axis = -1)", True),
        ("x['a']", 'x["a"]', True),
        ("a + b", "b + a", False),
        ("a + b", "a - b", False),
        ("1", "1.0", False),
        ("1", "True", False),
        ("f(a)", "f(a, b)", False),
        ("a.b", "a.c", False),
    ],
)
def test_nodes_that_compute_the_same(one: str, other: str, expected: bool) -> None:
    assert are_alike(expression(one), expression(other)) is expected
    assert (ast.unparse(expression(one)) == ast.unparse(expression(other))) is expected


def test_a_name_is_the_same_where_it_is_given_a_value() -> None:
    target = statement("x = 1").targets[0]  # type: ignore[attr-defined]
    assert are_alike(target, expression("x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1", -1),
        ("(1, -2)", (1, -2)),
        ("'sum'", "sum"),
        ("None", None),
        ("sum", None),
        ("n - 1", None),
        ("{[]: 1}", None),
    ],
)
def test_literals(text: str, expected: object) -> None:
    assert literal(expression(text)) == expected


def test_what_is_true() -> None:
    assert [is_true(expression(text)) for text in ("True", "1", "'True'", "keep", "False")] == [
        True,
        *[False] * 4,
    ]

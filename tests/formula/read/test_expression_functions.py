"""Arguments find their parameters as Python's own do, or are not known."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.expression_functions import ExpressionFunction, put_in


def function(text: str) -> ExpressionFunction:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Lambda)
    return ExpressionFunction(node.args, node.body)


def call(text: str) -> ast.Call:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call)
    return node


@pytest.mark.parametrize(
    ("parameters", "arguments", "expected"),
    [
        ("a, b=2, *, c=3", "x", "x 2 3"),
        ("a, b=2, *, c=3", "x, c=y, b=z", "x z y"),
        ("a, /, b", "x, b=y", "x y"),
        ("a, b", "x", None),
        ("a, b", "x, y, z", None),
        ("a, b", "x, d=y", None),
        ("a, b", "*x", None),
        ("a, *b", "x", None),
        ("a, **b", "x", None),
    ],
)
def test_arguments_by_their_parameters(parameters: str, arguments: str, expected: str | None) -> None:
    known = function(f"lambda {parameters}: 0").given(call(f"f({arguments})"))
    shown = None if known is None else " ".join(ast.unparse(known[name]) for name in sorted(known))
    assert shown == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda a: np.exp(a) + torch.log(a)", True),
        ("lambda a: f(a)", True),
        ("lambda a: a + b", False),
    ],
)
def test_what_depends_on_arguments_alone_is_closed(text: str, *, expected: bool) -> None:
    assert function(text).is_closed is expected


def test_values_are_put_in_all_at_once() -> None:
    body = ast.parse("a + b.a", mode="eval").body
    values = {"a": ast.Name("b"), "b": ast.Name("c")}
    assert ast.unparse(put_in(body, values)) == "b + c.a"

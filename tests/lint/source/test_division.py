"""Quotients of whole numbers in sources that are certainly Python 2."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.linter import linted
from klcli.lint.source.module import parsed

KL = "def kl(mean, logvar):\n    {0}\n    return {1} * K.sum(1 + logvar - K.square(mean) - K.exp(logvar), axis=-1)\n"


def value(source: str) -> str:
    """The expression in the last line of a source, as it is read."""
    (statement,) = parsed(source, "a.py").tree.body[-1:]
    assert isinstance(statement, ast.Expr)
    return ast.unparse(statement)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1/2", "0"),
        ("-1/2*x", "-1 * x"),
        ("f(1/-2, 7/2)", "f(-1, 3)"),
        ("1./2 + 1/2.", "1.0 / 2 + 1 / 2.0"),
        ("x*1/2", "x * 1 / 2"),
        ("1/0", "1 / 0"),
    ],
)
def test_quotients(written: str, read: str) -> None:
    assert value(f"print x\n{written}\n") == read
    assert value(f"from __future__ import division\nprint x\n{written}\n") == ast.unparse(ast.parse(written))
    assert value(f"print(x)\n{written}\n") == ast.unparse(ast.parse(written))


@pytest.mark.parametrize(
    ("first", "factor", "scale"),
    [("print mean", "-1/2", "2"), ("print mean", "-0.5", "1"), ("print(mean)", "-1/2", "1")],
)
def test_a_kl_has_the_weight_that_it_would_run_with(first: str, factor: str, scale: str) -> None:
    (term,) = linted(parsed(KL.format(first, factor), "a.py")).terms
    assert (term.scale, term.expression.split()[0]) == (scale, factor)

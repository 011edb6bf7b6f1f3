"""The syntax of a source: warnings of somebody else's escapes are not ours, failures are the listed ones."""

from __future__ import annotations

import ast
import warnings

import pytest

from klcli.lint.source.syntax import FAILURES, syntax


def test_it_is_that_of_python() -> None:
    text = "x = -0.5 * (1 + logvar)\n"
    assert ast.dump(syntax(text)) == ast.dump(ast.parse(text))


def test_escapes_in_strings_warn_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        syntax("x = '\\d'\n")
    with pytest.warns((DeprecationWarning, SyntaxWarning)):
        ast.parse("x = '\\d'\n")


@pytest.mark.parametrize("text", ["x = = 1", "\0", "(" * 5000], ids=["no Python", "a null", "nested"])
def test_what_fails_fails_as_listed(text: str) -> None:
    with pytest.raises(FAILURES):
        syntax(text)

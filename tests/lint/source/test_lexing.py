"""Logical lines of a source that may be no Python."""

from __future__ import annotations

from klcli.lint.source.lexing import logical_lines


def test_lines_and_brackets() -> None:
    text = "if x:  # no token\n\tf(a,\n      b); g('''c\nd''')\n\ny = 1"
    found = list(logical_lines(text))
    assert [(line.number, line.width) for line in found] == [(1, 0), (2, 8), (6, 0)]
    assert [token.text for token in found[1].tokens] == [
        "f",
        "(",
        "a",
        ",",
        "b",
        ")",
        ";",
        "g",
        "(",
        "'''c\nd'''",
        ")",
    ]
    assert [token.depth for token in found[1].tokens][:4] == [0, 0, 1, 1]
    for line in found:
        for token in line.tokens:
            assert text[token.start : token.end] == token.text


def test_a_bracket_that_is_never_closed_ends_where_a_statement_begins() -> None:
    found = list(logical_lines("f(a,\ndef g():\n  return 1\n"))
    assert [line.number for line in found] == [1, 2, 3]

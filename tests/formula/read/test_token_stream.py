"""Bars: which open and which close."""

from __future__ import annotations

import pytest

from klcli.formula.read.token_stream import BRACKETS
from klcli.formula.read.tokenizer import tokenize


def bars(text: str) -> str:
    """The kinds of the bars of a text: ``<`` for one that opens, ``>`` for one that closes."""
    return "".join(
        "<" if token.kind == "open" else ">" for token in tokenize(text) if token.name in "|‖" and token.name
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("|x|", "<>"),
        ("|a||b|", "<><>"),
        ("|a|b|", "<><"),
        ("|(a + |b|)|", "<<>>"),
        ("||x||^2", "<>"),
        (r"\|x\|", "<>"),
        (r"\lVert x \rVert", "<>"),
        ("‖x‖‖y‖", "<><>"),
        ("|2|a|", "<><"),
        ("||", "<"),
    ],
)
def test_bars(text: str, kinds: str) -> None:
    assert bars(text) == kinds


def test_brackets_open_and_close() -> None:
    assert [token.kind for token in tokenize("([{x}])") if token.name != "x"][:-1] == ["open"] * 3 + [
        "close"
    ] * 3
    assert set(BRACKETS.values()) == {"open", "close"}


def test_a_semicolon_divides_arguments_within_brackets_only() -> None:
    assert [token.kind for token in tokenize("(a; b)")][2] == "comma"

"""A place among the tokens of a text."""

from __future__ import annotations

from klcli.formula.read.cursor import Cursor


def test_going_through_a_text() -> None:
    cursor = Cursor(r"\log (a + b) c")
    assert cursor.is_command(cursor.token)
    assert cursor.written(cursor.take()) == r"\log"
    assert not cursor.touching()
    assert not cursor.at("+")
    cursor.take()
    assert cursor.touching()
    cursor.take()
    assert cursor.at("-", "+")
    assert cursor.found() == "'+'"
    assert cursor.shown(1, 6) == "(a + b)"
    assert cursor.tokens[cursor.level_end(3)].name == ")"
    assert cursor.tokens[cursor.level_end(0)].kind == "end"


def test_the_end() -> None:
    cursor = Cursor("x")
    cursor.take()
    assert cursor.found() == "the end of the formula"
    assert str(cursor.error("wrong")).splitlines()[2].index("^") == 5


def test_inputs_of_networks_are_left_out() -> None:
    assert [token.name for token in Cursor(r"\sigma_\phi(x)^2").tokens][:-1] == ["sigma_phi", "^", "2"]


def test_words_of_matrices() -> None:
    assert [token.kind for token in Cursor("tr S'", matrices=True).tokens] == [
        "function",
        "symbol",
        "transpose",
        "end",
    ]

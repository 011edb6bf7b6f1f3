"""Words of what went wrong: what is quoted is short, and what was meant is guessed."""

from __future__ import annotations

from klcli.errors import clipped, first_line, nearest


def test_words_for_messages() -> None:
    assert clipped("abc", 3) == "abc"
    assert clipped("abcd", 3) == "abc..."
    assert nearest("lgo", ("log", "exp")) == "did you mean 'log'?"
    assert nearest("zzz", ("log", "exp")) == ""


def test_errors_of_libraries_are_told_in_a_line() -> None:
    assert first_line(OSError("refused\nby the host")) == "refused"
    assert first_line(ValueError("")) == "ValueError"
    assert first_line(TimeoutError()) == "TimeoutError"

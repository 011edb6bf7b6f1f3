"""Words of what went wrong: what is quoted is short, and what was meant is guessed."""

from __future__ import annotations

from klcli.errors import clipped, nearest


def test_words_for_messages() -> None:
    assert clipped("abc", 3) == "abc"
    assert clipped("abcd", 3) == "abc..."
    assert nearest("lgo", ("log", "exp")) == "did you mean 'log'?"
    assert nearest("zzz", ("log", "exp")) == ""

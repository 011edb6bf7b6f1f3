"""Standard input is read where ``-`` asks for it, and a person is told that it is waited for."""

from __future__ import annotations

import io
import sys

import pytest

from tests.cli.conftest import Klcli


class Typed(io.TextIOWrapper):
    def __init__(self, text: str, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(text.encode()), "utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("verify", "-"), "-0.5 * (1 + s - mu^2 - e^s)"),
        (("estimate", "-"), "log_q,log_p\n-1,-2\n-1,-1.5\n"),
        (("lint", "-"), "x = 1\n"),
    ],
)
@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_is_told_that_it_is_waited_for(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], text: str, terminal: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(text, terminal=terminal))
    assert ("note: waiting for what is typed" in klcli(*arguments).err) == terminal

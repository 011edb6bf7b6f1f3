"""Progress bars of work whose size is known, and of work whose size is not."""

from __future__ import annotations

import io

import pytest

from klcli.cli import progress as module
from klcli.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("total", [10**8, None])
def test_a_bar_is_shown_after_some_time(monkeypatch: pytest.MonkeyPatch, total: int | None) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    with progress(total, "reading", quiet=False) as advance:
        assert advance
        for _ in range(10):
            advance(10**7)
    assert "reading" in terminal.getvalue()
    assert ("100%" in terminal.getvalue()) is (total is not None)


def test_nothing_is_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, quiet in ((io.StringIO(), False), (Terminal(), True)):
        monkeypatch.setattr("sys.stderr", terminal)
        with progress(None, "reading", quiet=quiet) as advance:
            assert advance is None
        assert terminal.getvalue() == ""

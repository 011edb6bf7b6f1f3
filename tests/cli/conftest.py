"""Runs of the command line as a process would see them, without starting one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from klcli.cli.coloring import CHOICE
from klcli.cli.main import run


@dataclass(frozen=True)
class Result:
    """What a run left behind."""

    status: int
    out: str
    err: str


Klcli = Callable[..., Result]


@pytest.fixture
def klcli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Klcli:
    """Call ``klcli`` with arguments; colours and completion of the outer shell do not matter."""
    CHOICE.set(None)
    for name in ("NO_COLOR", "FORCE_COLOR", "_KLCLI_COMPLETE", "KLCLI_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Result:
        with pytest.raises(SystemExit) as ending:
            run(arguments)
        captured = capsys.readouterr()
        return Result(int(ending.value.code or 0), captured.out, captured.err)

    return call

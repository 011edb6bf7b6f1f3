"""How a run ends is a status, and what went wrong is said."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

import click
import pytest

from klcli.cli.coloring import CHOICE
from klcli.cli.exit_status import status_of, status_of_report
from klcli.errors import KlcliError
from klcli.report.document import Document
from klcli.report.report import Report


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({}, 0),
        ({"holds": False}, 1),
        ({"readable": False}, 2),
        ({"broken": True}, 3),
        ({"holds": False, "readable": False}, 1),
        ({"broken": True, "holds": False, "readable": False}, 3),
    ],
)
def test_what_a_report_means_for_a_script(parts: dict[str, Any], status: int) -> None:
    """A bug goes before what was found, and that before what was not read."""
    given = {"data": {}, "rows": [], "document": Document("", ()), "bare": "", "holds": True}
    assert status_of_report(Report(**(given | parts))) == status


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (KlcliError("no such day", "try another"), 2, "error: no such day\nhint: try another\n"),
        (click.UsageError("Missing a day."), 2, "error: missing a day\n"),
        (RuntimeError("lost"), 3, "error: internal error: RuntimeError: lost\nhint: this is a bug in klcli"),
        (FileNotFoundError(2, "No such file", "x"), 3, "error: internal error: FileNotFoundError"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
)
def test_every_way_of_ending(
    raised: BaseException, status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> int:
        CHOICE.set("never")
        raise raised

    assert copy_context().run(status_of, run) == status
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith(told)


def test_what_ends_well_keeps_its_status() -> None:
    assert [status_of(lambda status=status: status) for status in (0, 1)] == [0, 1]

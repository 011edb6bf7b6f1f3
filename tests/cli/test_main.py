"""The group of commands: a new one is a module and a line, and has every format."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import click
import pytest

from klcli.cli.commands import COMMANDS
from klcli.cli.formats import FORMATS
from klcli.cli.output import Settings, output_options
from klcli.report.document import Document, Paragraph
from klcli.report.report import Report
from tests.cli.conftest import Klcli


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Adds a command called greet that makes a report, or raises."""

    def add(made: Report | BaseException) -> None:
        @click.command()
        @output_options
        def greet(settings: Settings) -> tuple[Report, Settings]:
            """Greet."""
            if isinstance(made, BaseException):
                raise made
            return made, settings

        module = ModuleType("klcli.cli.commands.greet")
        module.greet = greet  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "klcli.cli.commands.greet", module)
        monkeypatch.setitem(COMMANDS, "greet", "Says good day.")

    return add


def report(**parts: Any) -> Report:
    given: dict[str, Any] = {
        "data": {"schema": "klcli.greet/1", "words": "good day"},
        "rows": [{"words": "good day"}],
        "document": Document("greeting", (Paragraph("good day"),)),
        "bare": "hi",
        "holds": True,
    }
    return Report(**(given | parts))


def test_a_new_command_is_a_module_and_a_line(klcli: Klcli, command: Any) -> None:
    command(report())
    assert "Says good day." in klcli("--help").out
    assert "Greet." in klcli("greet", "--help").out
    for name in FORMATS:
        found = klcli("greet", "--format", name)
        assert (found.status, found.err) == (0, "")
        assert "good day" in found.out
    assert json.loads(klcli("greet", "--json").out) == {"schema": "klcli.greet/1", "words": "good day"}
    assert klcli("greet", "-q").out == "hi\n"


def test_a_command_that_is_none_is_answered_with_the_nearest(klcli: Klcli) -> None:
    found = klcli("verfy")
    assert found.status == 2
    assert "no such command: verfy" in found.err
    assert "did you mean 'verify'?" in found.err

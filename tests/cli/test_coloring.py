"""Which streams get colours, and what is coloured of what is said beside the result."""

from __future__ import annotations

import io

import pytest

from klcli.cli.coloring import asked_for, is_colored
from tests.cli.conftest import Klcli


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "environment", "colored"),
    [
        (None, {}, True),
        ("auto", {}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        (None, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (None, {"TERM": "dumb"}, False),
        (None, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_a_terminal(
    choice: str | None, environment: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_colored(choice, Terminal()) == colored


def test_a_file_has_no_colour_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert not is_colored(None, io.StringIO())
    assert is_colored("always", io.StringIO())


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), None),
        (("compute", "--color", "never"), "never"),
        (("--color=always", "compute"), "always"),
        (("--color", "always", "compute", "--color=never"), "never"),
        (("--color",), None),
    ],
)
def test_the_choice_is_known_before_the_command_line_is_understood(
    arguments: tuple[str, ...], word: str | None
) -> None:
    assert asked_for(arguments) == word


def test_errors_and_hints_have_colours(klcli: Klcli) -> None:
    coloured = klcli("compute", "--mu", "x", "--color", "always").err
    assert coloured.startswith("\x1b[1;31merror:\x1b[0m mu must be")
    assert "\n\x1b[36mhint:\x1b[0m write" in coloured
    assert "\x1b" not in klcli("compute", "--mu", "x").err


@pytest.mark.parametrize(
    ("formula", "options", "code"),
    [
        ("-0.5 * (1 + s - mu^2 - e^s)", (), "32"),
        ("-0.5 * (1 + s - mu^2 - e^(2 s))", (), "31"),
        ("-0.25 * (1 + s - mu^2 - e^s)", (), "31"),
        ("-0.25 * (1 + s - mu^2 - e^s)", ("--accept", "scaled"), "32"),
    ],
)
def test_a_verdict_has_the_colour_of_its_status(
    klcli: Klcli, formula: str, options: tuple[str, ...], code: str
) -> None:
    found = klcli("verify", formula, *options, "--color", "always")
    assert found.out.startswith(f"\x1b[1;{code}m")
    assert found.status == (code == "31")

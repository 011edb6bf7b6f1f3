"""What a project and a user set once: words, and nothing that writes, runs or changes a number."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click
import pytest

from klcli.cli.commands import COMMANDS
from klcli.cli.main import cli
from klcli.cli.settings import SETTINGS, defaults_of
from klcli.errors import KlcliError
from tests.cli.conftest import Klcli

POINT = ("--mu", "0.3", "--sigma", "1.2", "--samples", "2000")
SCALED = "-0.25 * (1 + s - mu^2 - e^s)"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str) -> None:
    Path("pyproject.toml").write_text(text)


def test_a_project_sets_words(klcli: Klcli) -> None:
    write(
        '[tool.klcli.compute]\nsteps = "none"\n[tool.klcli.compare]\nfull = true\n'
        '[tool.klcli.verify]\naccept = ["scaled"]\nverbose = true\n'
    )
    assert "steps\n" not in klcli("compute", *POINT).out
    assert "steps\n" in klcli("compute", *POINT, "--steps", "short").out, "options come first"
    assert "ratio to the KL along sigma" in klcli("compare", "--param", "var", "--samples", "2000").out
    result = klcli("verify", SCALED)
    assert result.status == 0
    assert "overflow" in result.out


def test_without_a_project_there_are_defaults(klcli: Klcli) -> None:
    assert klcli("verify", SCALED).status == 1
    assert defaults_of("verify") == {}


def test_lint_has_its_keys_beside_the_tables_of_commands(klcli: Klcli) -> None:
    Path("a.py").write_text("x = 1\n")
    write('[tool.klcli]\nignore = ["KL206"]\n[tool.klcli.compute]\nsteps = "full"\n')
    assert klcli("lint", ".").status == 0
    write("[tool.klcli.explain]\nterm = 'KL101'\n")
    assert "has no key 'explain'" in klcli("lint", ".").err


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "[tool.klcli.compute]\nstep = 'full'",
            "[tool.klcli.compute] has no key 'step'",
            "did you mean 'steps'",
        ),
        ("[tool.klcli.compute]\nsteps = 'all'", "steps cannot be 'all'", "one of: full"),
        ("[tool.klcli.compute]\nsteps = 3", "steps cannot be 3", "one of: full"),
        ("[tool.klcli.compare]\nfull = 'yes'", "full is 'yes'", "true or false"),
        ("[tool.klcli.verify]\naccept = ['wrong']", "accept cannot be 'wrong'", "scaled"),
        ("[tool.klcli.verify]\naccept = 'scaled'", "accept is 'scaled'", "a list"),
        ("[tool.klcli]\nverify = 3", "[tool.klcli.verify] is no table", "accept"),
        ("[tool.klcli", "is no TOML", ""),
    ],
)
def test_what_is_refused(klcli: Klcli, text: str, message: str, hint: str) -> None:
    write(text)
    command = text.partition("klcli.")[2].partition("]")[0] or "verify"
    result = klcli(command, *(POINT if command != "verify" else (SCALED,)))
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: pyproject.toml")
    assert message in result.err
    assert hint in result.err


HARMLESS = {"steps", "full", "verbose", "accept"}
"""How many steps, how much is said, and which verdicts, which are printed anyway, give status 0."""


def test_no_key_names_a_file_or_code_or_changes_a_number() -> None:
    assert {key for keys in SETTINGS.values() for key in keys} == HARMLESS
    context = click.Context(cli)
    for command in SETTINGS:
        found = cli.get_command(context, command)
        assert found
        names = {name.lstrip("-") for one in found.params for name in one.opts if name.startswith("--")}
        assert {"output", "format", "color", "quiet"} <= names
        assert SETTINGS[command].keys() <= names, "a key has the name of its option"
        for name in sorted(names - SETTINGS[command].keys()):
            write(f"[tool.klcli.{command}]\n{name} = 'x'\n")
            with pytest.raises(KlcliError, match=re.escape(f"has no key '{name}'")):
                defaults_of(command)


def test_a_hostile_repository_leaves_no_trace(klcli: Klcli, folder: Path) -> None:
    for key, value in (
        ("output", "'stolen.txt'"),
        ("write-baseline", "'stolen.txt'"),
        ("fix", "true"),
        ("python", "'./evil'"),
        ("plot", "'stolen.svg'"),
    ):
        for table in ("tool.klcli", *(f"tool.klcli.{command}" for command in COMMANDS)):
            write(f"[{table}]\n{key} = {value}\n")
            for arguments in (("compute", *POINT), ("verify", SCALED), ("lint", "."), ("explain", "exact")):
                klcli(*arguments, "-qq")
    assert [path.name for path in folder.iterdir()] == ["pyproject.toml"]


def test_the_folder_of_a_user_is_not_asked(
    klcli: Klcli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "project" / ".git").mkdir(parents=True)
    write("[tool.klcli.compute]\nsteps = 'none'\n")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(folder / "project")
    assert "steps\n" in klcli("compute", *POINT).out


def test_the_format_of_a_terminal(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLCLI_FORMAT", "json")
    assert not klcli("compute", *POINT).out.startswith("{"), "a script gets what it always got"
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True)
    assert json.loads(klcli("compute", *POINT).out)
    assert klcli("compute", *POINT, "--format", "csv").out.startswith("divergence,")
    assert klcli("compute", *POINT, "--output", "x.md").status == 0
    assert Path("x.md").read_text().startswith("# ")
    monkeypatch.setenv("KLCLI_FORMAT", "jsno")
    result = klcli("compute", *POINT)
    assert result.status == 2
    assert "KLCLI_FORMAT cannot be 'jsno'" in result.err

"""The manual page: every command and option, in roff that man has nothing to say of."""

from __future__ import annotations

import shutil
import subprocess

import click
import pytest

from klcli.cli.commands import COMMANDS
from klcli.cli.main import cli
from tests.cli.conftest import Klcli


@pytest.fixture
def page(klcli: Klcli) -> str:
    result = klcli("help", "--man")
    assert (result.status, result.err) == (0, "")
    return result.out


def test_every_command_and_every_option_is_there(page: str) -> None:
    assert page.startswith('.TH KLCLI 1 "" "klcli ')
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command
        section = page.split(f"\n.SS klcli {name} ")[1].partition("\n.SS ")[0]
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert param.opts[-1].replace("-", r"\-") in section
    for section in ("EXIT STATUS", "ENVIRONMENT"):
        assert f"\n.SH {section}\n" in page


def test_no_line_of_text_is_a_command(page: str) -> None:
    words = {"TH", "SH", "SS", "TP", "PP", "nf", "fi"}
    assert {line[1:].split(" ")[0] for line in page.splitlines() if line.startswith((".", "'"))} == words


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_groff_has_nothing_to_say(page: str) -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8"],
        input=page,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "klcli compute --mu 0.3 --sigma 1.2" in done.stdout

"""``--help``: it fits the terminal, its examples are commands, its options stand in groups with their choices."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from klcli.cli import commands, main
from klcli.cli.help import Command, in_group
from tests.cli.conftest import Klcli

COMMANDS = ("", *commands.COMMANDS)
WIDTHS = (60, 80, 120)


def page(klcli: Klcli, command: str) -> str:
    result = klcli(*command.split(), "--help")
    assert (result.status, result.err) == (0, "")
    return result.out


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_the_terminal(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, command: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    too_long = [line for line in page(klcli, command).splitlines() if len(line) > width]
    # Nothing is broken within quotation marks: a formula that is wider than all of the terminal stays whole.
    assert all(width == 60 and line.lstrip().startswith(("'", '"')) for line in too_long)


@pytest.mark.parametrize("command", COMMANDS)
def test_broken_examples_are_the_same_commands(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def examples(width: int) -> list[list[str]]:
        monkeypatch.setenv("COLUMNS", str(width))
        text = page(klcli, command).partition("Examples:\n")[2].partition("\n\n")[0]
        lines = re.sub(r"\\\n\s*", "", text).splitlines()
        return [shlex.split(re.split(r"(?<=\S)\s{3,}\w", line)[0]) for line in lines]

    whole = [line for line in examples(200) if line and line[0] != "#"]
    assert whole
    assert [line for line in examples(60) if line and line[0] != "#"] == whole


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_choices_are_named(klcli: Klcli, command: str) -> None:
    context = main.cli.make_context("klcli", [command, "--help"], resilient_parsing=True)
    found = main.cli.get_command(context, command)
    assert found
    text = " ".join(page(klcli, command).split()).replace("- ", "-")  # where a line is broken
    for param in found.params:
        if isinstance(param, click.Option) and isinstance(param.type, click.Choice) and not param.hidden:
            shown = text.partition(f" {param.opts[0]} WORD ")[2]
            shown = re.split(r" -\S+ [A-Z[]", shown)[0]
            words = [str(word) for word in param.type.choices if str(word) not in shown]
            assert not words or param.opts[0] in ("--prior-param", "--kl-reduction"), (param.opts, words)


def test_options_stand_in_groups(klcli: Klcli) -> None:
    headings = re.findall(r"^(\w+):$", page(klcli, "compute"), re.MULTILINE)
    assert headings == ["Posterior", "Prior", "Options", "Sampling", "Limits", "Output"]
    for command in commands.COMMANDS:
        assert "\nOutput:\n  --format WORD" in page(klcli, command)


def test_a_page() -> None:
    @click.command(cls=Command, epilog=EPILOG)
    @click.argument("path")
    @in_group("Spread")("--sigma", metavar="X", help="A number.")
    @click.option("--prove", is_flag=True, help="Prove it.")
    @in_group("Spread")("--mu", metavar="X", help="Another number.")
    def command() -> None:
        """Do something."""

    context = command.make_context("klcli it", ["x"], max_content_width=62, terminal_width=62)
    assert command.get_help(context).splitlines() == PAGE.splitlines()


EPILOG = """\b
Examples:
  klcli it --sigma 1.2 --mu '0.3 - 1' --formula '1 + s - mu^2 - e^s'
  klcli it --sigma 1.2 --mu 0.3 --prove --output derivation.tex    what is proved

The status is 0 for what is exact, and it is 1 for everything else that was understood.
"""

PAGE = """\
Usage: klcli it [OPTIONS] PATH

  Do something.

Spread:
  --sigma X  A number.
  --mu X     Another number.

Options:
  --prove  Prove it.

Output:
  --help  Show this message and exit.

  Examples:
    klcli it --sigma 1.2 --mu '0.3 - 1' \\
        --formula '1 + s - mu^2 - e^s'
    # what is proved
    klcli it --sigma 1.2 --mu 0.3 --prove \\
        --output derivation.tex

  The status is 0 for what is exact, and it is 1 for
  everything else that was understood."""
